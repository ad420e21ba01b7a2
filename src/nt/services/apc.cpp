// SPDX-License-Identifier: MIT
// Asynchronous procedure calls, alerts, and suspension, which is a kernel APC.
#include <array>

#include "nt/exceptions/exceptions.hpp"
#include "nt/objects/thread_object.hpp"
#include "nt/service_context.hpp"

namespace ringside::nt {
namespace {

constexpr std::uint32_t THREAD_SUSPEND_RESUME = 0x0002;
constexpr std::uint32_t THREAD_ALERT = 0x0004;
constexpr std::uint32_t THREAD_SET_CONTEXT = 0x0010;

NTSTATUS NtTestAlert(ServiceContext& context) {
    return KeTestAlertThread(context.kernel);
}

NTSTATUS NtQueueApcThread(ServiceContext& context, HANDLE handle, ULONG routine, ULONG argument1,
                          ULONG argument2, ULONG argument3) {
    const auto thread = context.reference<ThreadObject>(handle, THREAD_SET_CONTEXT);
    if (!thread) {
        return thread.error();
    }
    if ((*thread)->state == kernelkit::ThreadState::terminated) {
        return STATUS_UNSUCCESSFUL;
    }
    return queue_user_apc(context.kernel, **thread, routine, argument1, argument2, argument3);
}

NTSTATUS NtAlertThread(ServiceContext& context, HANDLE handle) {
    const auto thread = context.reference<ThreadObject>(handle, THREAD_ALERT);
    return thread ? KeAlertThread(context.kernel, **thread) : thread.error();
}

/// The previous count goes out first: a thread whose caller cannot be told is left alone.
NTSTATUS answer_count(ServiceContext& context, UserPointer<ULONG> to, ULONG count) {
    return to ? context.write(to, count) : STATUS_SUCCESS;
}

NTSTATUS NtSuspendThread(ServiceContext& context, HANDLE handle, UserPointer<ULONG> previous) {
    const auto thread = context.reference<ThreadObject>(handle, THREAD_SUSPEND_RESUME);
    if (!thread) {
        return thread.error();
    }
    const NTSTATUS told = answer_count(context, previous, (*thread)->suspended->count);
    if (!nt_success(told)) {
        return told;
    }
    const auto before = KeSuspendThread(context.kernel, **thread);
    return before ? STATUS_SUCCESS : before.error();
}

NTSTATUS resume_thread(ServiceContext& context, HANDLE handle, UserPointer<ULONG> previous,
                       bool alert) {
    const auto thread = context.reference<ThreadObject>(handle, THREAD_SUSPEND_RESUME);
    if (!thread) {
        return thread.error();
    }
    const NTSTATUS told = answer_count(context, previous, (*thread)->suspended->count);
    if (!nt_success(told)) {
        return told;
    }
    if (alert) {
        static_cast<void>(KeAlertThread(context.kernel, **thread));
    }
    KeResumeThread(context.kernel, **thread);
    return STATUS_SUCCESS;
}

NTSTATUS NtResumeThread(ServiceContext& context, HANDLE handle, UserPointer<ULONG> previous) {
    return resume_thread(context, handle, previous, false);
}

NTSTATUS NtAlertResumeThread(ServiceContext& context, HANDLE handle, UserPointer<ULONG> previous) {
    return resume_thread(context, handle, previous, true);
}

constexpr std::array table{
    service<NtAlertResumeThread>("NtAlertResumeThread", "ThreadHandle PreviousSuspendCount"),
    service<NtAlertThread>("NtAlertThread", "ThreadHandle"),
    service<NtQueueApcThread>("NtQueueApcThread",
                              "ThreadHandle ApcRoutine ApcArgument1 ApcArgument2 ApcArgument3"),
    service<NtResumeThread>("NtResumeThread", "ThreadHandle PreviousSuspendCount"),
    service<NtSuspendThread>("NtSuspendThread", "ThreadHandle PreviousSuspendCount"),
    service<NtTestAlert>("NtTestAlert"),
};

}  // namespace

std::span<const ServiceRow> apc_services() {
    return table;
}

}  // namespace ringside::nt
