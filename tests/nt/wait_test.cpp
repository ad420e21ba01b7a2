// SPDX-License-Identifier: MIT
#include <catch2/catch.hpp>

#include "nt/exceptions/exceptions.hpp"
#include "nt/two_threads.hpp"

using namespace ringside;
using namespace ringside::nt;

namespace {

constexpr std::uint32_t KeUpdateSystemTime_id = 0x8005;
constexpr std::uint32_t increment = 156'250;

struct Clocked : TestKernel {
    void tick() {
        REQUIRE_FALSE(
            call_raw(KeUpdateSystemTime_id, {state.base_trap_frame.value, increment}).stop);
    }
    std::uint32_t create_event(std::uint32_t type, std::uint32_t signalled) {
        const std::uint32_t out = put_value(0U);
        REQUIRE(call("NtCreateEvent", {out, 0x1F0003, 0, type, signalled}) == STATUS_SUCCESS);
        return get<std::uint32_t>(out);
    }
};

}  // namespace

TEST_CASE("KeUpdateSystemTime: the shared page follows the clock", "[nt][time]") {
    Clocked test;
    test.tick();
    test.tick();
    CHECK(test.get<std::uint32_t>(0x7FFE0000) == 2);
    CHECK(test.get<std::uint32_t>(0x7FFE0008) == 2 * increment);
    CHECK(test.get<std::uint64_t>(0x7FFE0014) ==
          static_cast<std::uint64_t>(host::default_date.ticks) + 2 * increment);
    CHECK(test.get<std::uint32_t>(0x7FFE0018) == test.get<std::uint32_t>(0x7FFE001C));
    CHECK(test.get<std::uint32_t>(0x7FFE0320) == 2);
    const std::uint32_t out = test.scratch(8);
    CHECK(test.call("NtQuerySystemTime", {out}) == STATUS_SUCCESS);
    CHECK(test.get<std::int64_t>(out) == host::default_date.ticks + 2 * increment);
    CHECK(test.call("NtQuerySystemTime", {0x10}) == STATUS_ACCESS_VIOLATION);
    KernelMemory& memory = test.kernel->structures;
    CHECK(memory.get(test.kernel->thread->kthread, "KTHREAD", "UserTime") == 2);
    CHECK(memory.get(test.kernel->process->kprocess, "KPROCESS", "KernelTime") == 0);
}

TEST_CASE("NtQueryPerformanceCounter: counts with the machine's clock", "[nt][time]") {
    Clocked test;
    const std::uint32_t counter = test.scratch(8);
    const std::uint32_t frequency = test.scratch(8);
    test.now = test.kernel->config.ticks_per_second * 3;
    CHECK(test.call("NtQueryPerformanceCounter", {counter, frequency}) == STATUS_SUCCESS);
    CHECK(test.get<std::int64_t>(counter) == 3 * 3'579'545);
    CHECK(test.get<std::int64_t>(frequency) == 3'579'545);
    CHECK(test.call("NtQueryPerformanceCounter", {counter, 0}) == STATUS_SUCCESS);
}

TEST_CASE("NtDelayExecution: blocks until its time has passed", "[nt][wait]") {
    Clocked test;
    const auto id = test.id_of("NtDelayExecution");
    const auto begun = test.call_raw(id, {0, test.put_value(LARGE_INTEGER{-200'000})});
    CHECK(begun.ecx == 1);
    CHECK(test.kernel->thread->is_waiting());
    CHECK_FALSE(test.kernel->dispatcher.is_deadlocked());
    CHECK(test.kernel->resume(0).ecx == 1);
    test.tick();
    CHECK(test.kernel->resume(0).ecx == 1);
    test.tick();
    const auto over = test.kernel->resume(0);
    CHECK(over.ecx == 0);
    CHECK(over.eax == STATUS_SUCCESS.value);
    CHECK_FALSE(test.kernel->thread->is_waiting());
    CHECK_FALSE(test.kernel->dispatcher.has_timers());
    CHECK(test.call("NtDelayExecution", {0, 0x10}) == STATUS_ACCESS_VIOLATION);
}

TEST_CASE("NtDelayExecution: a wait without end is a deadlock", "[nt][wait]") {
    Clocked test;
    const auto forever = LARGE_INTEGER{INT64_MIN};
    CHECK(test.call_raw(test.id_of("NtDelayExecution"), {0, test.put_value(forever)}).ecx == 1);
    CHECK(test.kernel->dispatcher.is_deadlocked());
}

TEST_CASE("NtDelayExecution: an alertable delay gives way to a user APC", "[nt][wait]") {
    Clocked test;
    CHECK(test.call("NtQueueApcThread", {0xFFFFFFFE, 0x401000, 0, 0, 0}) == STATUS_SUCCESS);
    CHECK(test.call("NtDelayExecution", {1, test.put_value(LARGE_INTEGER{-1'000'000})}) ==
          STATUS_USER_APC);
    CHECK_FALSE(test.kernel->thread->is_waiting());
}

TEST_CASE("events: notification stays, synchronization falls back", "[nt][wait]") {
    Clocked test;
    const std::uint32_t manual = test.create_event(0, 0);
    const std::uint32_t automatic = test.create_event(1, 1);
    const std::uint32_t zero = test.put_value(LARGE_INTEGER{0});
    const auto wait = [&](std::uint32_t event) {
        return test.call("NtWaitForSingleObject", {event, 0, zero});
    };
    CHECK(wait(manual) == STATUS_TIMEOUT);
    const std::uint32_t previous = test.put_value(9U);
    CHECK(test.call("NtSetEvent", {manual, previous}) == STATUS_SUCCESS);
    CHECK(test.get<std::uint32_t>(previous) == 0);
    CHECK(wait(manual) == STATUS_SUCCESS);
    CHECK(wait(manual) == STATUS_SUCCESS);
    CHECK(test.call("NtResetEvent", {manual, previous}) == STATUS_SUCCESS);
    CHECK(test.get<std::uint32_t>(previous) == 1);
    CHECK(wait(automatic) == STATUS_SUCCESS);
    CHECK(wait(automatic) == STATUS_TIMEOUT);
    CHECK(wait(0x999) == STATUS_INVALID_HANDLE);
    CHECK(test.call("NtCreateEvent", {previous, 0x1F0003, 0, 2, 0}) == STATUS_INVALID_PARAMETER_4);
}

TEST_CASE("NtWaitForMultipleObjects: any and all", "[nt][wait]") {
    Clocked test;
    const std::array<std::uint32_t, 2> handles{test.create_event(1, 0), test.create_event(1, 1)};
    const std::uint32_t list = test.put_value(handles);
    const std::uint32_t zero = test.put_value(LARGE_INTEGER{0});
    const auto wait = [&](std::uint32_t type) {
        return test.call("NtWaitForMultipleObjects", {2, list, type, 0, zero});
    };
    CHECK(wait(0) == STATUS_TIMEOUT);
    CHECK(wait(1) == NTSTATUS{1});
    CHECK(wait(1) == STATUS_TIMEOUT);
    CHECK(test.call("NtWaitForMultipleObjects", {0, list, 1, 0, 0}) == STATUS_INVALID_PARAMETER_1);
    CHECK(test.call("NtWaitForMultipleObjects", {65, list, 1, 0, 0}) == STATUS_INVALID_PARAMETER_1);
}

TEST_CASE("NtWaitForSingleObject: a timeout ends by the clock", "[nt][wait]") {
    Clocked test;
    const std::uint32_t event = test.create_event(0, 0);
    const auto id = test.id_of("NtWaitForSingleObject");
    CHECK(test.call_raw(id, {event, 0, test.put_value(LARGE_INTEGER{-1})}).ecx == 1);
    test.tick();
    CHECK(test.kernel->resume(0).eax == STATUS_TIMEOUT.value);
    CHECK(test.call_raw(id, {event, 0, 0}).ecx == 1);
    CHECK(test.kernel->dispatcher.is_deadlocked());
}

TEST_CASE("NtWaitForMultipleObjects: all takes nothing before it can take all", "[nt][wait]") {
    TwoThreads test;
    const std::array<std::uint32_t, 2> events{test.create("NtCreateEvent", {0x1F0003, 0, 1, 1}),
                                              test.create("NtCreateEvent", {0x1F0003, 0, 1, 0})};
    const std::uint32_t list = test.put_value(events);
    CHECK(test.call_raw(test.id_of("NtWaitForMultipleObjects"), {2, list, 0, 0, 0}).ecx ==
          test.blocked);
    test.leave_to_second();
    CHECK(test.poll(events[0]) == STATUS_SUCCESS);
    CHECK(test.call("NtSetEvent", {events[1], 0}) == STATUS_SUCCESS);
    CHECK(test.first->is_waiting());
    CHECK(test.call("NtSetEvent", {events[0], 0}) == STATUS_SUCCESS);
    CHECK_FALSE(test.first->is_waiting());
    CHECK(test.poll(events[0]) == STATUS_TIMEOUT);
    CHECK(test.poll(events[1]) == STATUS_TIMEOUT);
    CHECK(test.back_to_first().eax == STATUS_SUCCESS.value);
}

TEST_CASE("NtWaitForMultipleObjects: failure statuses", "[nt][wait]") {
    TwoThreads test;
    const std::uint32_t event = test.create("NtCreateEvent", {0x1F0003, 0, 0, 1});
    const auto wait = [&](std::uint32_t a, std::uint32_t b, std::uint32_t type) {
        const std::uint32_t list = test.put_value(std::array<std::uint32_t, 2>{a, b});
        return test.call("NtWaitForMultipleObjects", {2, list, type, 0, test.zero});
    };
    CHECK(wait(event, event, 1) == STATUS_SUCCESS);
    CHECK(wait(event, event, 0) == STATUS_INVALID_PARAMETER_MIX);
    CHECK(wait(event, 0x999, 1) == STATUS_INVALID_HANDLE);
    CHECK(wait(event, event, 2) == STATUS_INVALID_PARAMETER_3);
    const std::uint32_t deaf = test.create("NtCreateEvent", {0x2, 0, 0, 1});
    CHECK(wait(event, deaf, 1) == STATUS_ACCESS_DENIED);
    CHECK(test.call("NtWaitForMultipleObjects", {2, 0x10, 1, 0, 0}) == STATUS_ACCESS_VIOLATION);
    CHECK(test.call("NtWaitForMultipleObjects", {2, test.zero, 1, 0, 0x10}) ==
          STATUS_ACCESS_VIOLATION);
}

TEST_CASE("waits: a state that is there comes before an APC, an APC before the time",
          "[nt][wait]") {
    TwoThreads test;
    const std::uint32_t event = test.create("NtCreateEvent", {0x1F0003, 0, 1, 1});
    CHECK(test.call("NtQueueApcThread", {0xFFFFFFFE, 0x401000, 0, 0, 0}) == STATUS_SUCCESS);
    CHECK(test.poll(event, 1) == STATUS_SUCCESS);
    CHECK(test.poll(event, 1) == STATUS_USER_APC);
    CHECK(test.poll(event, 0) == STATUS_TIMEOUT);
    CHECK(test.call("NtAlertThread", {0xFFFFFFFE}) == STATUS_SUCCESS);
    CHECK(test.poll(event, 1) == STATUS_ALERTED);
}

TEST_CASE("waits: another thread's APC ends an alertable one", "[nt][wait]") {
    TwoThreads test;
    const std::uint32_t event = test.create("NtCreateEvent", {0x1F0003, 0, 1, 0});
    const auto alertable = GENERATE(0U, 1U);
    CHECK(test.wait(event, 0, alertable).ecx == test.blocked);
    test.leave_to_second();
    REQUIRE(nt_success(queue_user_apc(*test.kernel, *test.first, 0x401000, 0, 0, 0)));
    if (alertable != 0) {
        CHECK(test.back_to_first().eax == STATUS_USER_APC.value);
    } else {
        CHECK(test.first->is_waiting());
    }
}

TEST_CASE("NtSignalAndWaitForSingleObject: signals, then waits", "[nt][wait]") {
    TwoThreads test;
    const auto signal_and_wait = [&](std::uint32_t signal, std::uint32_t wait) {
        return test.call_raw(test.id_of("NtSignalAndWaitForSingleObject"),
                             {signal, wait, 0, test.zero});
    };
    const std::uint32_t event = test.create("NtCreateEvent", {0x1F0003, 0, 0, 0});
    const std::uint32_t other = test.create("NtCreateEvent", {0x1F0003, 0, 1, 1});
    CHECK(signal_and_wait(event, other).eax == STATUS_SUCCESS.value);
    CHECK(test.poll(event) == STATUS_SUCCESS);
    CHECK(signal_and_wait(event, other).eax == STATUS_TIMEOUT.value);
    CHECK(signal_and_wait(event, event).eax == STATUS_SUCCESS.value);

    const std::uint32_t mutant = test.create("NtCreateMutant", {0x1F0001, 0, 1});
    CHECK(signal_and_wait(mutant, event).eax == STATUS_SUCCESS.value);
    CHECK(signal_and_wait(mutant, event).eax == STATUS_MUTANT_NOT_OWNED.value);

    const std::uint32_t semaphore = test.create("NtCreateSemaphore", {0x1F0003, 0, 0, 1});
    CHECK(signal_and_wait(semaphore, other).eax == STATUS_TIMEOUT.value);
    CHECK(signal_and_wait(semaphore, other).eax == STATUS_SEMAPHORE_LIMIT_EXCEEDED.value);
    CHECK(test.poll(semaphore) == STATUS_SUCCESS);

    const std::uint32_t deaf = test.create("NtCreateEvent", {SYNCHRONIZE, 0, 0, 0});
    const std::uint32_t mute = test.create("NtCreateSemaphore", {SYNCHRONIZE, 0, 0, 1});
    CHECK(signal_and_wait(deaf, event).eax == STATUS_ACCESS_DENIED.value);
    CHECK(signal_and_wait(mute, event).eax == STATUS_ACCESS_DENIED.value);
    CHECK(signal_and_wait(0xFFFFFFFE, event).eax == STATUS_OBJECT_TYPE_MISMATCH.value);
    CHECK(signal_and_wait(0x999, event).eax == STATUS_INVALID_HANDLE.value);
    CHECK(signal_and_wait(event, 0x999).eax == STATUS_INVALID_HANDLE.value);
    CHECK(test.call("NtSignalAndWaitForSingleObject", {event, event, 0, 0x10}) ==
          STATUS_ACCESS_VIOLATION);
}

TEST_CASE("NtSignalAndWaitForSingleObject: hands over to the thread that it wakes", "[nt][wait]") {
    TwoThreads test;
    const std::uint32_t ping = test.create("NtCreateEvent", {0x1F0003, 0, 1, 0});
    const std::uint32_t pong = test.create("NtCreateEvent", {0x1F0003, 0, 1, 0});
    const std::uint32_t service = test.id_of("NtSignalAndWaitForSingleObject");
    CHECK(test.wait(ping).ecx == test.blocked);
    test.leave_to_second();
    for (int round = 0; round < 3; ++round) {
        CHECK(test.call_raw(service, {ping, pong, 0, 0}).ecx == test.blocked);
        test.switch_threads();
        CHECK(test.kernel->resume(0).eax == STATUS_SUCCESS.value);
        REQUIRE(test.kernel->thread == test.first);
        CHECK(test.call_raw(service, {pong, ping, 0, 0}).ecx == test.blocked);
        test.switch_threads();
        CHECK(test.kernel->resume(0).eax == STATUS_SUCCESS.value);
        REQUIRE(test.kernel->thread == test.second);
    }
}

TEST_CASE("a thread that waits for itself goes with its kernel", "[nt][wait]") {
    TestKernel test;
    const std::weak_ptr<ThreadObject> thread = test.kernel->thread;
    CHECK(test.call_raw(test.id_of("NtWaitForSingleObject"), {0xFFFFFFFE, 0, 0}).ecx == 1);
    CHECK(test.kernel->dispatcher.is_deadlocked());
    test.kernel.reset();
    CHECK(thread.expired());
}
