// SPDX-License-Identifier: MIT
#include <catch2/catch.hpp>

#include "nt/exceptions/exceptions.hpp"
#include "nt/test_kernel.hpp"

using namespace ringside;
using namespace ringside::nt;

namespace {

constexpr std::uint32_t current_thread = 0xFFFFFFFE;
constexpr std::uint32_t KeWaitWhileSuspended_id = 0x800A;
constexpr std::uint32_t block = 1;

struct Suspendable : TestKernel {
    LinearAddress apc_state() {
        return kernel->structures.place(kernel->thread->kthread, "KTHREAD", "ApcState");
    }
    std::uint32_t apc(std::string_view field) {
        return kernel->structures.get(apc_state(), "KAPC_STATE", field);
    }
    std::uint32_t thread(std::string_view field) {
        return kernel->structures.get(kernel->thread->kthread, "KTHREAD", field);
    }
    /// As if the suspend APC had been delivered already.
    void suspend(std::uint32_t count) { kernel->thread->suspended->count = count; }
    LinearAddress suspend_apc() {
        return kernel->structures.place(kernel->thread->kthread, "KTHREAD", "SuspendApc");
    }
};

}  // namespace

TEST_CASE("NtSuspendThread: queues the thread's own kernel APC once", "[nt][apc]") {
    Suspendable test;
    const std::uint32_t count = test.put_value(9U);
    // The service is done, but its thread is suspended before it can return.
    const auto first = test.call_raw(test.id_of("NtSuspendThread"), {current_thread, count});
    CHECK(first.ecx == block);
    CHECK(test.get<std::uint32_t>(count) == 0);
    CHECK(test.thread("SuspendCount") == 1);
    CHECK(test.apc("KernelApcPending") == 1);
    KernelMemory& memory = test.kernel->structures;
    const LinearAddress apc = test.suspend_apc();
    CHECK(memory.get(apc, "KAPC", "Inserted") == 1);
    CHECK(memory.get(apc, "KAPC", "Thread") == test.kernel->thread->kthread.value);
    CHECK(memory.get(apc, "KAPC", "NormalRoutine") == test.state.suspend_thread.value);
    CHECK(memory.read<std::uint32_t>(test.apc_state()) ==
          memory.place(apc, "KAPC", "ApcListEntry").value);

    CHECK(test.kernel->resume(0).ecx == 0);
    CHECK(test.call("NtSuspendThread", {current_thread, count}) == STATUS_SUCCESS);
    CHECK(test.get<std::uint32_t>(count) == 1);
    CHECK(test.thread("SuspendCount") == 2);
}

TEST_CASE("NtSuspendThread, NtResumeThread: failure statuses", "[nt][apc]") {
    Suspendable test;
    CHECK(test.call("NtSuspendThread", {0x999, 0}) == STATUS_INVALID_HANDLE);
    CHECK(test.call("NtResumeThread", {0x999, 0}) == STATUS_INVALID_HANDLE);
    CHECK(test.call("NtAlertThread", {0x999}) == STATUS_INVALID_HANDLE);
    CHECK(test.call("NtAlertResumeThread", {0x999, 0}) == STATUS_INVALID_HANDLE);
    CHECK(test.call("NtQueueApcThread", {0x999, 0, 0, 0, 0}) == STATUS_INVALID_HANDLE);
    CHECK(test.call("NtSuspendThread", {0xFFFFFFFF, 0}) == STATUS_OBJECT_TYPE_MISMATCH);
    // A caller that cannot be told the count changes nothing.
    CHECK(test.call("NtSuspendThread", {current_thread, 0x10}) == STATUS_ACCESS_VIOLATION);
    CHECK(test.thread("SuspendCount") == 0);
    for (int i = 0; i < 0x7F; ++i) {
        REQUIRE(KeSuspendThread(*test.kernel, *test.kernel->thread));
    }
    const auto once_more = KeSuspendThread(*test.kernel, *test.kernel->thread);
    REQUIRE_FALSE(once_more);
    CHECK(once_more.error() == STATUS_SUSPEND_COUNT_EXCEEDED);
    test.kernel->thread->state = kernelkit::ThreadState::terminated;
    CHECK(KeSuspendThread(*test.kernel, *test.kernel->thread).error() ==
          STATUS_THREAD_IS_TERMINATING);
}

TEST_CASE("NtResumeThread: counts down, and 0 stays 0", "[nt][apc]") {
    Suspendable test;
    const std::uint32_t count = test.put_value(9U);
    CHECK(test.call("NtResumeThread", {current_thread, count}) == STATUS_SUCCESS);
    CHECK(test.get<std::uint32_t>(count) == 0);
    REQUIRE(KeSuspendThread(*test.kernel, *test.kernel->thread));
    REQUIRE(KeSuspendThread(*test.kernel, *test.kernel->thread));
    CHECK(KeResumeThread(*test.kernel, *test.kernel->thread) == 2);
    CHECK(KeResumeThread(*test.kernel, *test.kernel->thread) == 1);
    CHECK(KeResumeThread(*test.kernel, *test.kernel->thread) == 0);
    CHECK(test.thread("SuspendCount") == 0);
}

TEST_CASE("KeWaitWhileSuspended: ends when the last suspension is taken back", "[nt][apc]") {
    Suspendable test;
    CHECK(test.call_raw(KeWaitWhileSuspended_id, {}).ecx == 0);
    test.suspend(2);
    CHECK(test.call_raw(KeWaitWhileSuspended_id, {}).ecx == block);
    CHECK(test.kernel->dispatcher.is_deadlocked());
    KeResumeThread(*test.kernel, *test.kernel->thread);
    CHECK(test.kernel->resume(0).ecx == block);
    KeResumeThread(*test.kernel, *test.kernel->thread);
    CHECK(test.kernel->resume(0).ecx == 0);
    CHECK(test.kernel->thread->pending.empty());
}

TEST_CASE("a kernel APC interrupts a wait, which begins again behind it", "[nt][apc]") {
    Suspendable test;
    const auto interval = test.put_value(LARGE_INTEGER{-400'000});
    CHECK(test.call_raw(test.id_of("NtDelayExecution"), {0, interval}).ecx == block);
    // Somebody suspends the waiting thread: it is woken, and its APC waits in turn.
    CHECK(test.kernel->dispatcher.wake(*test.kernel->thread, kernelkit::WakeReason::kernel_apc));
    test.suspend(1);
    CHECK(test.call_raw(KeWaitWhileSuspended_id, {}).ecx == block);
    CHECK(test.kernel->thread->pending.size() == 2);
    KeResumeThread(*test.kernel, *test.kernel->thread);
    CHECK(test.kernel->resume(0).ecx == 0);
    // The delay goes on, to the moment it was meant for.
    CHECK(test.kernel->resume(0).ecx == block);
    CHECK(test.kernel->dispatcher.has_timers());
    test.kernel->interrupt_time = 400'000;
    CHECK_FALSE(test.call_raw(0x8005, {test.state.base_trap_frame.value, 0}).stop);
    const auto over = test.kernel->resume(0);
    CHECK(over.ecx == 0);
    CHECK(over.eax == STATUS_SUCCESS.value);
}

TEST_CASE("NtAlertThread: the next alertable wait ends at once", "[nt][apc]") {
    Suspendable test;
    const auto interval = test.put_value(LARGE_INTEGER{-1'000'000});
    CHECK(test.call("NtAlertThread", {current_thread}) == STATUS_SUCCESS);
    // One that is not alertable does not notice.
    CHECK(test.call_raw(test.id_of("NtDelayExecution"), {0, interval}).ecx == block);
    CHECK(test.kernel->dispatcher.wake(*test.kernel->thread, kernelkit::WakeReason::timed_out));
    CHECK(test.kernel->resume(0).ecx == 0);
    CHECK(test.call("NtDelayExecution", {1, interval}) == STATUS_ALERTED);
    CHECK(test.call("NtTestAlert", {}) == STATUS_SUCCESS);
    CHECK(test.call("NtAlertThread", {current_thread}) == STATUS_SUCCESS);
    CHECK(test.call("NtTestAlert", {}) == STATUS_ALERTED);
    CHECK(test.call("NtTestAlert", {}) == STATUS_SUCCESS);
}

TEST_CASE("NtAlertThread: ends an alertable wait that is under way", "[nt][apc]") {
    Suspendable test;
    const auto interval = test.put_value(LARGE_INTEGER{-1'000'000});
    CHECK(test.call_raw(test.id_of("NtDelayExecution"), {1, interval}).ecx == block);
    CHECK(KeAlertThread(*test.kernel, *test.kernel->thread) == STATUS_SUCCESS);
    const auto over = test.kernel->resume(0);
    CHECK(over.ecx == 0);
    CHECK(over.eax == STATUS_ALERTED.value);
    CHECK_FALSE(test.kernel->dispatcher.has_timers());
}

TEST_CASE("NtQueueApcThread: a thread that ended takes no more", "[nt][apc]") {
    Suspendable test;
    test.kernel->thread->state = kernelkit::ThreadState::terminated;
    CHECK(test.call("NtQueueApcThread", {current_thread, 0x401000, 0, 0, 0}) ==
          STATUS_UNSUCCESSFUL);
}
