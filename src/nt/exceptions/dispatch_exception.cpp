// SPDX-License-Identifier: MIT
#include <algorithm>
#include <array>

#include "nt/exceptions/bugcheck.hpp"
#include "nt/exceptions/exceptions.hpp"
#include "nt/exceptions/frame_edit.hpp"
#include "nt/kernel.hpp"

namespace ringside::nt {
namespace {

constexpr std::uint32_t eflags_vm = 0x20000;
constexpr std::uint32_t KMODE_EXCEPTION_NOT_HANDLED = 0x1E;
constexpr std::uint32_t user_context_flags = CONTEXT::full | CONTEXT::debug_registers |
                                             CONTEXT::floating_point | CONTEXT::extended_registers;

std::uint32_t record_size(const EXCEPTION_RECORD& record) {
    const std::uint32_t parameters =
        std::min(record.NumberParameters, EXCEPTION_RECORD::maximum_parameters);
    return 0x14 + 4 * parameters;
}

/// Puts context, record and the two pointers to them on the user's stack, downwards:
///   S = (Esp & ~3) - 0x2CC      CONTEXT
///   R = S - size of the record  EXCEPTION_RECORD, cut behind its last parameter
///   R - 8                       R and S, without a return address
Expected<LinearAddress, NTSTATUS> push_exception(Kernel& kernel, const EXCEPTION_RECORD& record,
                                                 const CONTEXT& context) {
    const LinearAddress s{(context.Esp & ~std::uint32_t{3}) -
                          static_cast<std::uint32_t>(sizeof(CONTEXT))};
    const LinearAddress r = s - record_size(record);
    const LinearAddress esp = r - 8;
    const std::array<std::uint32_t, 2> pointers{r.value, s.value};
    const auto put = [&kernel](LinearAddress to, std::span<const std::byte> bytes) {
        const auto done = kernel.user_memory.write(to, bytes, guest::ProcessorMode::user);
        return done ? STATUS_SUCCESS : NTSTATUS{done.error().status};
    };
    const auto record_bytes = std::as_bytes(std::span(&record, 1)).first(record_size(record));
    for (const NTSTATUS status :
         {put(s, std::as_bytes(std::span(&context, 1))), put(r, record_bytes),
          put(esp, std::as_bytes(std::span(pointers)))}) {
        if (!nt_success(status)) {
            return Unexpected{status};
        }
    }
    return esp;
}

}  // namespace

ServiceOutcome KiDispatchException(Kernel& kernel, LinearAddress record, LinearAddress frame,
                                   guest::ProcessorMode previous_mode, bool first_chance) {
    kernel.frame_watch.set_current_trap(frame);
    // The kernel's own record, truncated behind its parameters.
    EXCEPTION_RECORD captured{};
    const auto words = kernel.structures.read<std::array<std::uint32_t, 5>>(record);
    captured.ExceptionCode = words[0];
    captured.ExceptionFlags = words[1];
    captured.ExceptionRecord = words[2];
    captured.ExceptionAddress = words[3];
    captured.NumberParameters = std::min(words[4], EXCEPTION_RECORD::maximum_parameters);
    for (std::uint32_t i = 0; i < captured.NumberParameters; ++i) {
        captured.ExceptionInformation[i] =
            kernel.structures.read<std::uint32_t>(record + 0x14 + 4 * i);
    }
    return KiDispatchException(kernel, captured, frame, previous_mode, first_chance);
}

ServiceOutcome KiDispatchException(Kernel& kernel, const EXCEPTION_RECORD& given, LinearAddress at,
                                   guest::ProcessorMode previous_mode, bool first_chance) {
    const auto frame = trap_frame_at(kernel.structures, at);
    EXCEPTION_RECORD record = given;
    if (record.ExceptionCode == KI_EXCEPTION_ACCESS_VIOLATION.value) {
        record.ExceptionCode = STATUS_ACCESS_VIOLATION.value;
    }
    if (previous_mode == guest::ProcessorMode::kernel) {
        KeBugCheckTrap(kernel, KMODE_EXCEPTION_NOT_HANDLED, at, 0, record.ExceptionCode);
        return STATUS_SUCCESS;
    }
    CONTEXT context = context_of(frame, at, user_context_flags);
    read_float_context(kernel, kernel.thread->kthread, context);
    if (record.ExceptionCode == STATUS_BREAKPOINT.value) {
        context.Eip -= 1;
    }
    const LinearAddress dispatcher = kernel.boot_state.user_exception_dispatcher;
    const bool flat = frame.HardwareSegSs == KGDT_R3_DATA && (frame.EFlags & eflags_vm) == 0;
    if (first_chance && dispatcher.value != 0 && flat) {
        auto pushed = push_exception(kernel, record, context);
        if (!pushed && pushed.error() == STATUS_STACK_OVERFLOW) {
            // The stack has just been given its last page: the overflow takes the place of what
            // was to be reported.
            record.ExceptionCode = STATUS_STACK_OVERFLOW.value;
            pushed = push_exception(kernel, record, context);
        }
        if (pushed) {
            redirect(kernel, at, dispatcher, *pushed, false);
            return STATUS_SUCCESS;
        }
    }
    report_unhandled(kernel, record, context);
    return STATUS_SUCCESS;
}

}  // namespace ringside::nt
