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

/// The guest unwinds its stack to where the callback began, and hands the arguments on from there.
ServiceOutcome NtCallbackReturn(ServiceContext& context, UserPointer<std::byte>, Length, NTSTATUS) {
    Kernel& kernel = context.kernel;
    const bool active =
        kernel.structures.get(kernel.thread->kthread, "KTHREAD", "CallbackStack") != 0;
    return active ? ServiceOutcome::callback_return() : STATUS_NO_CALLBACK_ACTIVE;
}

constexpr std::array table{
    service<NtCallbackReturn>("NtCallbackReturn", "OutputBuffer OutputLength Status"),
    service<NtContinue>("NtContinue", "ContextRecord TestAlert"),
    service<NtRaiseException>("NtRaiseException", "ExceptionRecord ContextRecord FirstChance"),
    service<NtRaiseHardError>("NtRaiseHardError",
                              "ErrorStatus NumberOfParameters UnicodeStringParameterMask "
                              "Parameters ValidResponseOptions Response"),
};

}  // namespace

std::span<const ServiceRow> exception_services() {
    return table;
}

}  // namespace ringside::nt
