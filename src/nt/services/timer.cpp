// SPDX-License-Identifier: MIT
#include <array>

#include "nt/objects/timer_object.hpp"
#include "nt/services/named_object.hpp"
#include "nt/services/wait.hpp"

namespace ringside::nt {
namespace {

/// Periods are given in milliseconds, time runs in 100 ns.
constexpr kernelkit::GuestTime time_units_per_millisecond = 10'000;

NTSTATUS NtCreateTimer(ServiceContext& context, UserPointer<HANDLE> handle, ACCESS_MASK access,
                       UserPointer<OBJECT_ATTRIBUTES> attributes, ULONG type) {
    if (type > static_cast<ULONG>(TimerType::synchronization)) {
        return STATUS_INVALID_PARAMETER_4;
    }
    return create_object(
        context, handle, timer_mapping.map(access.value), attributes, ObjectType::timer,
        [&] { return std::make_shared<TimerObject>(static_cast<TimerType>(type)); });
}

NTSTATUS NtOpenTimer(ServiceContext& context, UserPointer<HANDLE> handle, ACCESS_MASK access,
                     UserPointer<OBJECT_ATTRIBUTES> attributes) {
    return open_object(context, handle, timer_mapping.map(access.value), attributes,
                       ObjectType::timer);
}

/// The state goes out first: a timer whose caller cannot be told is left alone.
NTSTATUS answer_state(ServiceContext& context, UserPointer<std::uint8_t> to,
                      const TimerObject& timer) {
    return to ? context.write(to, timer.is_signalled() ? std::uint8_t{1} : std::uint8_t{0})
              : STATUS_SUCCESS;
}

NTSTATUS NtSetTimer(ServiceContext& context, HANDLE handle, UserPointer<LARGE_INTEGER> due_time_at,
                    ULONG apc_routine, ULONG apc_context, BOOLEAN resume, ULONG period,
                    UserPointer<std::uint8_t> previous) {
    const auto due = context.read(due_time_at);
    if (!due) {
        return due.error();
    }
    if (static_cast<std::int32_t>(period) < 0) {
        return STATUS_INVALID_PARAMETER_6;
    }
    const auto timer = context.reference<TimerObject>(handle, TIMER_MODIFY_STATE);
    if (!timer) {
        return timer.error();
    }
    const NTSTATUS told = answer_state(context, previous, **timer);
    if (!nt_success(told)) {
        return told;
    }
    Kernel& kernel = context.kernel;
    std::optional<TimerApc> apc;
    if (apc_routine != 0) {
        apc.emplace(kernel.thread, apc_routine, apc_context);
    }
    (*timer)->set(kernel, due_time(kernel, due->QuadPart), period * time_units_per_millisecond,
                  std::move(apc));
    // The machine never sleeps, so there is nothing to resume.
    return static_cast<bool>(resume) ? STATUS_TIMER_RESUME_IGNORED : STATUS_SUCCESS;
}

NTSTATUS NtCancelTimer(ServiceContext& context, HANDLE handle,
                       UserPointer<std::uint8_t> current_state) {
    const auto timer = context.reference<TimerObject>(handle, TIMER_MODIFY_STATE);
    if (!timer) {
        return timer.error();
    }
    const NTSTATUS told = answer_state(context, current_state, **timer);
    if (nt_success(told)) {
        (*timer)->cancel(context.kernel);
    }
    return told;
}

NTSTATUS NtQueryTimer(ServiceContext& context, HANDLE handle, InformationClass information_class,
                      UserPointer<std::byte> buffer, Length length,
                      UserPointer<ULONG> return_length) {
    return query_object<TimerObject>(context, handle, TIMER_QUERY_STATE, information_class, buffer,
                                     length, return_length, [&](const TimerObject& timer) {
                                         // As in NT, a timer that is not set is due at 0, long ago.
                                         return TIMER_BASIC_INFORMATION{
                                             .RemainingTime = static_cast<std::int64_t>(
                                                 timer.due() - context.kernel.interrupt_time),
                                             .TimerState = timer.is_signalled() ? 1U : 0U,
                                             .Padding = 0};
                                     });
}

constexpr std::array table{
    service<NtCancelTimer>("NtCancelTimer", "TimerHandle CurrentState"),
    service<NtCreateTimer>("NtCreateTimer", "TimerHandle DesiredAccess ObjectAttributes TimerType"),
    service<NtOpenTimer>("NtOpenTimer", "TimerHandle DesiredAccess ObjectAttributes"),
    service<NtQueryTimer>("NtQueryTimer",
                          "TimerHandle TimerInformationClass TimerInformation Length ReturnLength"),
    service<NtSetTimer>("NtSetTimer",
                        "TimerHandle DueTime TimerApcRoutine TimerContext ResumeTimer Period "
                        "PreviousState"),
};

}  // namespace

std::span<const ServiceRow> timer_services() {
    return table;
}

}  // namespace ringside::nt
