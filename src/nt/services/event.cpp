// SPDX-License-Identifier: MIT
#include <array>

#include "nt/objects/event_object.hpp"
#include "nt/services/named_object.hpp"

namespace ringside::nt {
namespace {

NTSTATUS NtCreateEvent(ServiceContext& context, UserPointer<HANDLE> handle, ACCESS_MASK access,
                       UserPointer<OBJECT_ATTRIBUTES> attributes, ULONG type, BOOLEAN state) {
    if (type > static_cast<ULONG>(EventType::synchronization)) {
        return STATUS_INVALID_PARAMETER_4;
    }
    return create_object(context, handle, event_mapping.map(access.value), attributes,
                         ObjectType::event, [&] {
                             return std::make_shared<EventObject>(static_cast<EventType>(type),
                                                                  static_cast<bool>(state));
                         });
}

NTSTATUS NtOpenEvent(ServiceContext& context, UserPointer<HANDLE> handle, ACCESS_MASK access,
                     UserPointer<OBJECT_ATTRIBUTES> attributes) {
    return open_object(context, handle, event_mapping.map(access.value), attributes,
                       ObjectType::event);
}

enum class Change { set, reset, pulse };

/// Changes the state and tells what it was.
NTSTATUS change_state(ServiceContext& context, HANDLE handle, UserPointer<ULONG> previous,
                      Change change) {
    const auto event = context.reference<EventObject>(handle, EVENT_MODIFY_STATE);
    if (!event) {
        return event.error();
    }
    if (previous) {
        const NTSTATUS written = context.write(previous, (*event)->signal ? 1U : 0U);
        if (!nt_success(written)) {
            return written;
        }
    }
    (*event)->signal = change != Change::reset;
    if (change != Change::reset) {
        context.kernel.dispatcher.signal(**event);
    }
    // Whoever waits now has gone on; whoever comes later finds nothing.
    if (change == Change::pulse) {
        (*event)->signal = false;
    }
    return STATUS_SUCCESS;
}

NTSTATUS NtSetEvent(ServiceContext& context, HANDLE handle, UserPointer<ULONG> previous) {
    return change_state(context, handle, previous, Change::set);
}

/// Priorities are not boosted, so this is NtSetEvent without the answer.
NTSTATUS NtSetEventBoostPriority(ServiceContext& context, HANDLE handle) {
    return change_state(context, handle, {}, Change::set);
}

NTSTATUS NtResetEvent(ServiceContext& context, HANDLE handle, UserPointer<ULONG> previous) {
    return change_state(context, handle, previous, Change::reset);
}

NTSTATUS NtClearEvent(ServiceContext& context, HANDLE handle) {
    return change_state(context, handle, {}, Change::reset);
}

NTSTATUS NtPulseEvent(ServiceContext& context, HANDLE handle, UserPointer<ULONG> previous) {
    return change_state(context, handle, previous, Change::pulse);
}

NTSTATUS NtQueryEvent(ServiceContext& context, HANDLE handle, InformationClass information_class,
                      UserPointer<std::byte> buffer, Length length,
                      UserPointer<ULONG> return_length) {
    return query_object<EventObject>(context, handle, EVENT_QUERY_STATE, information_class, buffer,
                                     length, return_length, [](const EventObject& event) {
                                         return EVENT_BASIC_INFORMATION{
                                             .EventType = static_cast<std::uint32_t>(event.kind),
                                             .EventState = event.signal ? 1 : 0};
                                     });
}

constexpr std::array table{
    service<NtClearEvent>("NtClearEvent", "EventHandle"),
    service<NtCreateEvent>("NtCreateEvent",
                           "EventHandle DesiredAccess ObjectAttributes EventType InitialState"),
    service<NtOpenEvent>("NtOpenEvent", "EventHandle DesiredAccess ObjectAttributes"),
    service<NtPulseEvent>("NtPulseEvent", "EventHandle PreviousState"),
    service<NtQueryEvent>("NtQueryEvent",
                          "EventHandle EventInformationClass EventInformation Length ReturnLength"),
    service<NtResetEvent>("NtResetEvent", "EventHandle PreviousState"),
    service<NtSetEvent>("NtSetEvent", "EventHandle PreviousState"),
    service<NtSetEventBoostPriority>("NtSetEventBoostPriority", "EventHandle"),
};

}  // namespace

std::span<const ServiceRow> event_services() {
    return table;
}

}  // namespace ringside::nt
