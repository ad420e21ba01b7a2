// SPDX-License-Identifier: MIT
#include <array>

#include "nt/objects/kernel_objects.hpp"
#include "nt/services/object_name.hpp"

namespace ringside::nt {
namespace {

NTSTATUS NtCreateEvent(ServiceContext& context, UserPointer<HANDLE> handle, ACCESS_MASK access,
                       UserPointer<OBJECT_ATTRIBUTES> attributes, ULONG type, BOOLEAN state) {
    if (type > static_cast<ULONG>(EventType::synchronization)) {
        return STATUS_INVALID_PARAMETER_4;
    }
    const auto name = capture_object_name(context, attributes);
    if (!name) {
        return name.error();
    }
    if (!name->empty()) {
        return STATUS_NOT_IMPLEMENTED;  // There is no object namespace yet to keep the name in.
    }
    return context.return_handle(
        handle,
        std::make_shared<EventObject>(static_cast<EventType>(type), static_cast<bool>(state)),
        event_mapping.map(access.value));
}

/// Sets the state and tells what it was.
NTSTATUS set_state(ServiceContext& context, HANDLE handle, UserPointer<ULONG> previous,
                   bool state) {
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
    (*event)->signal = state;
    if (state) {
        context.kernel.dispatcher.signal(**event);
    }
    return STATUS_SUCCESS;
}

NTSTATUS NtSetEvent(ServiceContext& context, HANDLE handle, UserPointer<ULONG> previous) {
    return set_state(context, handle, previous, true);
}

NTSTATUS NtResetEvent(ServiceContext& context, HANDLE handle, UserPointer<ULONG> previous) {
    return set_state(context, handle, previous, false);
}

NTSTATUS NtClearEvent(ServiceContext& context, HANDLE handle) {
    return set_state(context, handle, {}, false);
}

NTSTATUS NtQueryEvent(ServiceContext& context, HANDLE handle, InformationClass information_class,
                      UserPointer<std::byte> buffer, Length length,
                      UserPointer<ULONG> return_length) {
    if (information_class.value != 0) {
        return STATUS_INVALID_INFO_CLASS;
    }
    const auto event = context.reference<EventObject>(handle, EVENT_QUERY_STATE);
    if (!event) {
        return event.error();
    }
    const std::array<std::uint32_t, 2> basic{static_cast<std::uint32_t>((*event)->kind),
                                             (*event)->signal ? 1U : 0U};
    return context.answer(buffer, length, basic, return_length);
}

constexpr std::array table{
    service<NtClearEvent>("NtClearEvent", "EventHandle"),
    service<NtCreateEvent>("NtCreateEvent",
                           "EventHandle DesiredAccess ObjectAttributes EventType InitialState"),
    service<NtQueryEvent>("NtQueryEvent",
                          "EventHandle EventInformationClass EventInformation Length ReturnLength"),
    service<NtResetEvent>("NtResetEvent", "EventHandle PreviousState"),
    service<NtSetEvent>("NtSetEvent", "EventHandle PreviousState"),
};

}  // namespace

std::span<const ServiceRow> event_services() {
    return table;
}

}  // namespace ringside::nt
