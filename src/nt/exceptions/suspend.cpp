// SPDX-License-Identifier: MIT
// A thread is suspended by a kernel APC: its normal routine waits until the count is 0 again.
#include "nt/exceptions/exceptions.hpp"
#include "nt/kernel.hpp"
#include "nt/scheduling/resume.hpp"

namespace ringside::nt {
namespace {

constexpr std::uint32_t maximum_suspend_count = 0x7F;

void set_count(Kernel& kernel, ThreadObject& thread, std::uint32_t count) {
    thread.suspended->count = count;
    kernel.structures.set(thread.kthread, "KTHREAD", "SuspendCount", count);
}

}  // namespace

Expected<std::uint32_t, NTSTATUS> KeSuspendThread(Kernel& kernel, ThreadObject& thread) {
    if (thread.state == kernelkit::ThreadState::terminated) {
        return Unexpected{STATUS_THREAD_IS_TERMINATING};
    }
    const std::uint32_t before = thread.suspended->count;
    if (before >= maximum_suspend_count) {
        return Unexpected{STATUS_SUSPEND_COUNT_EXCEEDED};
    }
    set_count(kernel, thread, before + 1);
    if (before == 0) {
        queue_kernel_apc(kernel, thread,
                         kernel.structures.place(thread.kthread, "KTHREAD", "SuspendApc"),
                         {.kernel_routine = kernel.boot_state.suspend_nop,
                          .normal_routine = kernel.boot_state.suspend_thread});
    }
    return before;
}

std::uint32_t KeResumeThread(Kernel& kernel, ThreadObject& thread) {
    const std::uint32_t before = thread.suspended->count;
    if (before != 0 && thread.state != kernelkit::ThreadState::terminated) {
        set_count(kernel, thread, before - 1);
        kernel.dispatcher.signal(*thread.suspended);
    }
    return before;
}

ServiceOutcome KeWaitWhileSuspended(Kernel& kernel) {
    return kernel.dispatcher.wait({.objects = {kernel.thread->suspended},
                                   .type = kernelkit::WaitType::any,
                                   .alertable = false,
                                   .user_mode = false,
                                   .due = {}},
                                  resume_with(ResumeNumber::end_of_suspension));
}

}  // namespace ringside::nt
