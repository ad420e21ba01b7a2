// SPDX-License-Identifier: MIT
#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "host/utf16.hpp"
#include "nt/exceptions/exceptions.hpp"
#include "nt/exceptions/frame_edit.hpp"
#include "nt/objects/kernel_objects.hpp"
#include "nt/service_context.hpp"

namespace ringside::nt {
namespace {

constexpr std::uint32_t THREAD_GET_CONTEXT = 0x0008;
constexpr std::uint32_t THREAD_SET_CONTEXT = 0x0010;

/// EAX comes from the context: a call that succeeds never answers a status.
ServiceOutcome NtContinue(ServiceContext& context, UserPointer<CONTEXT> from, BOOLEAN test_alert) {
    const auto wanted = context.read(from);
    if (!wanted) {
        return wanted.error();
    }
    Kernel& kernel = context.kernel;
    const NTSTATUS loaded = load_context(kernel, kernel.trap_frame(), *wanted);
    if (!nt_success(loaded)) {
        return loaded;
    }
    if (test_alert) {
        static_cast<void>(KeTestAlertThread(kernel));
    }
    return ServiceOutcome::frame_edited();
}

ServiceOutcome NtRaiseException(ServiceContext& context, UserPointer<EXCEPTION_RECORD> from,
                                UserPointer<CONTEXT> context_from, BOOLEAN first_chance) {
    constexpr std::uint32_t reserved_code_bit = 0x10000000;
    const auto header = context.read(UserPointer<std::array<std::uint32_t, 5>>{from.address});
    if (!header) {
        return header.error();
    }
    const auto [code, flags, chained, address, count] = *header;
    if (count > EXCEPTION_RECORD::maximum_parameters) {
        return STATUS_INVALID_PARAMETER;
    }
    EXCEPTION_RECORD record{.ExceptionCode = code & ~reserved_code_bit,
                            .ExceptionFlags = flags,
                            .ExceptionRecord = chained,
                            .ExceptionAddress = address,
                            .NumberParameters = count};
    const auto parameters = std::span(record.ExceptionInformation).first(count);
    const NTSTATUS captured =
        context.read_bytes(from.address + 0x14, std::as_writable_bytes(parameters));
    if (!nt_success(captured)) {
        return captured;
    }
    const auto wanted = context.read(context_from);
    if (!wanted) {
        return wanted.error();
    }
    Kernel& kernel = context.kernel;
    const LinearAddress frame = kernel.trap_frame();
    const NTSTATUS loaded = load_context(kernel, frame, *wanted);
    if (!nt_success(loaded)) {
        return loaded;
    }
    const ServiceOutcome dispatched =
        KiDispatchException(kernel, record, frame, context.mode, static_cast<bool>(first_chance));
    return nt_success(dispatched.status) ? ServiceOutcome::frame_edited() : dispatched;
}

/// A string of the error's parameters, for the message.
std::string parameter_text(ServiceContext& context, std::uint32_t parameter, bool is_string) {
    if (!is_string) {
        return fmt::format("{}", parameter);
    }
    const auto text = context.read_string({LinearAddress{parameter}});
    return text ? host::to_printable(*text) : "?";
}

/// What the loader says before it gives up. There is no window to show it in: it is the message
/// the run ends with.
NTSTATUS NtRaiseHardError(ServiceContext& context, NTSTATUS status, ULONG count, Flags strings,
                          UserPointer<ULONG> parameters, ULONG, UserPointer<ULONG> response) {
    constexpr ULONG maximum_parameters = 4;
    constexpr ULONG ResponseReturnToCaller = 0;
    if (count > maximum_parameters) {
        return STATUS_INVALID_PARAMETER_2;
    }
    std::array<ULONG, maximum_parameters> words{};
    const NTSTATUS captured = context.read_bytes(
        parameters.address, std::as_writable_bytes(std::span(words).first(count)));
    if (!nt_success(captured)) {
        return captured;
    }
    std::string message = to_text(status);
    for (ULONG i = 0; i < count; ++i) {
        message += i == 0 ? ": " : ", ";
        message += parameter_text(context, words[i], ((strings.value >> i) & 1) != 0);
    }
    context.kernel.hard_error = HardError{status, std::move(message)};
    return context.write(response, ResponseReturnToCaller);
}

/// The kernel begins no callbacks yet, so none can be returned from.
NTSTATUS NtCallbackReturn(ServiceContext&, UserPointer<std::byte>, Length, NTSTATUS) {
    return STATUS_NO_CALLBACK_ACTIVE;
}

/// The thread asks about itself: its context is the frame of this very call.
NTSTATUS NtGetContextThread(ServiceContext& context, HANDLE handle, UserPointer<CONTEXT> to) {
    const auto thread = context.reference<ThreadObject>(handle, THREAD_GET_CONTEXT);
    if (!thread) {
        return thread.error();
    }
    const auto flags = context.read(UserPointer<ULONG>{to.address});
    if (!flags) {
        return flags.error();
    }
    Kernel& kernel = context.kernel;
    const LinearAddress at = kernel.trap_frame();
    const auto frame = trap_frame_at(kernel.structures, at);
    auto captured = context.read(to);
    if (!captured) {
        return captured.error();
    }
    // Parts that were not asked for keep what the caller had there.
    CONTEXT& result = *captured;
    const CONTEXT current = context_of(frame, at, *flags);
    const auto take = [&result, &current](std::uint32_t CONTEXT::*field) {
        result.*field = current.*field;
    };
    if ((*flags & CONTEXT::control) != 0) {
        for (auto field : {&CONTEXT::Ebp, &CONTEXT::Eip, &CONTEXT::SegCs, &CONTEXT::EFlags,
                           &CONTEXT::Esp, &CONTEXT::SegSs}) {
            take(field);
        }
    }
    if ((*flags & CONTEXT::integer) != 0) {
        for (auto field : {&CONTEXT::Edi, &CONTEXT::Esi, &CONTEXT::Ebx, &CONTEXT::Edx,
                           &CONTEXT::Ecx, &CONTEXT::Eax}) {
            take(field);
        }
    }
    if ((*flags & CONTEXT::segments) != 0) {
        for (auto field : {&CONTEXT::SegGs, &CONTEXT::SegFs, &CONTEXT::SegEs, &CONTEXT::SegDs}) {
            take(field);
        }
    }
    if ((*flags & CONTEXT::debug_registers) != 0) {
        for (auto field : {&CONTEXT::Dr0, &CONTEXT::Dr1, &CONTEXT::Dr2, &CONTEXT::Dr3,
                           &CONTEXT::Dr6, &CONTEXT::Dr7}) {
            take(field);
        }
    }
    if ((*flags & CONTEXT::floating_point) != 0) {
        result.FloatSave = current.FloatSave;
    }
    if ((*flags & CONTEXT::extended_registers) != 0) {
        result.ExtendedRegisters = current.ExtendedRegisters;
    }
    return context.write(to, result);
}

ServiceOutcome NtSetContextThread(ServiceContext& context, HANDLE handle,
                                  UserPointer<CONTEXT> from) {
    const auto thread = context.reference<ThreadObject>(handle, THREAD_SET_CONTEXT);
    if (!thread) {
        return thread.error();
    }
    const auto wanted = context.read(from);
    if (!wanted) {
        return wanted.error();
    }
    const NTSTATUS loaded = load_context(context.kernel, context.kernel.trap_frame(), *wanted);
    return nt_success(loaded) ? ServiceOutcome::frame_edited() : ServiceOutcome(loaded);
}

constexpr std::array table{
    service<NtCallbackReturn>("NtCallbackReturn", "OutputBuffer OutputLength Status"),
    service<NtContinue>("NtContinue", "ContextRecord TestAlert"),
    service<NtGetContextThread>("NtGetContextThread", "ThreadHandle ThreadContext"),
    service<NtRaiseException>("NtRaiseException", "ExceptionRecord ContextRecord FirstChance"),
    service<NtRaiseHardError>("NtRaiseHardError",
                              "ErrorStatus NumberOfParameters UnicodeStringParameterMask "
                              "Parameters ValidResponseOptions Response"),
    service<NtSetContextThread>("NtSetContextThread", "ThreadHandle ThreadContext"),
};

}  // namespace

std::span<const ServiceRow> exception_services() {
    return table;
}

}  // namespace ringside::nt
