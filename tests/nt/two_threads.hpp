// SPDX-License-Identifier: MIT
#pragma once

#include "nt/scheduling/kthread.hpp"
#include "nt/test_kernel.hpp"

namespace ringside::nt {

/// A booted kernel with a clock and a second thread; the guest's switches are the test's to play.
class TwoThreads : public TestKernel {
  public:
    static constexpr std::uint32_t blocked = 1;
    static constexpr std::uint32_t done = 0;
    static constexpr std::uint32_t tick_length = 156'250;

    TwoThreads() : first(kernel->thread), second(add_thread()) {}

    /// As KiSwapContext leaves it: KPRCB.NextThread has become CurrentThread.
    void switch_threads() {
        KernelMemory& memory = kernel->structures;
        const LinearAddress prcb = memory.place(state.pcr, "KPCR", "PrcbData");
        const std::uint32_t next = memory.get(prcb, "KPRCB", "NextThread");
        REQUIRE(next != 0);
        memory.set(prcb, "KPRCB", "CurrentThread", next);
        memory.set(prcb, "KPRCB", "NextThread", 0);
    }
    /// The first thread's service has blocked; the second runs from here on.
    void leave_to_second() {
        switch_threads();
        static_cast<void>(call("NtQueryTimerResolution", {out_, out_, out_}));
        REQUIRE(kernel->thread == second);
    }
    /// The second thread waits for good, so that the first goes on and its service answers.
    HypercallResult back_to_first() {
        REQUIRE(call_raw(id_of("NtDelayExecution"), {0, forever_}).ecx == blocked);
        switch_threads();
        const auto result = kernel->resume(now);
        REQUIRE(kernel->thread == first);
        return result;
    }

    void tick() {
        REQUIRE_FALSE(call_raw(0x8005, {state.base_trap_frame.value, tick_length}).stop);
    }
    [[nodiscard]] HypercallResult wait(std::uint32_t handle, std::uint32_t timeout = 0,
                                       std::uint32_t alertable = 0) {
        return call_raw(id_of("NtWaitForSingleObject"), {handle, alertable, timeout});
    }
    /// A wait with a timeout of 0.
    [[nodiscard]] NTSTATUS poll(std::uint32_t handle, std::uint32_t alertable = 0) {
        return call("NtWaitForSingleObject", {handle, alertable, zero});
    }
    /// Calls a create service whose first argument is the handle's place.
    std::uint32_t create(std::string_view service, std::vector<std::uint32_t> arguments) {
        arguments.insert(arguments.begin(), out_);
        REQUIRE(call(service, arguments) == STATUS_SUCCESS);
        return get<std::uint32_t>(out_);
    }

    const std::shared_ptr<ThreadObject> first;
    const std::shared_ptr<ThreadObject> second;
    const std::uint32_t zero = put_value(LARGE_INTEGER{0});

  private:
    std::shared_ptr<ThreadObject> add_thread() {
        KernelMemory& memory = kernel->structures;
        auto thread = std::make_shared<ThreadObject>();
        thread->id = 0x77;
        thread->kthread = *kernel->pool->allocate(memory.layout().size("KTHREAD"));
        thread->priority = kernel->thread->priority;
        thread->quantum = kernel->thread->quantum;
        initialize_kthread(*kernel, thread->kthread, kernel->process->kprocess,
                           *kernel->stacks.allocate(0x3000, 0x3000));
        memory.set(thread->kthread, "KTHREAD", "PreviousMode", 1);
        memory.set(thread->kthread, "KTHREAD", "TrapFrame", state.base_trap_frame.value);
        kernel->dispatcher.add(thread);
        kernel->dispatcher.make_ready(*thread);
        return thread;
    }

    const std::uint32_t out_ = put_value(0U);
    const std::uint32_t forever_ = put_value(LARGE_INTEGER{INT64_MIN});
};

}  // namespace ringside::nt
