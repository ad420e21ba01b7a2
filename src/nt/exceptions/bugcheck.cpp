// SPDX-License-Identifier: MIT
#include "nt/exceptions/bugcheck.hpp"

#include <algorithm>
#include <iterator>

#include <fmt/format.h>

#include "nt/exceptions/exceptions.hpp"
#include "nt/exceptions/frame_edit.hpp"
#include "nt/kernel.hpp"

namespace ringside::nt {
namespace {

struct BugcheckName {
    std::uint32_t code;
    std::string_view name;
};
// Windows DDK, bugcodes.
constexpr BugcheckName bugcheck_names[] = {
    {0x01, "APC_INDEX_MISMATCH"},          {0x0A, "IRQL_NOT_LESS_OR_EQUAL"},
    {0x1E, "KMODE_EXCEPTION_NOT_HANDLED"}, {0x4A, "IRQL_GT_ZERO_AT_SYSTEM_SERVICE"},
    {0x50, "PAGE_FAULT_IN_NONPAGED_AREA"}, {0x7F, "UNEXPECTED_KERNEL_MODE_TRAP"},
    {0x80, "NMI_HARDWARE_FAILURE"},        {0x8E, "KERNEL_MODE_EXCEPTION_NOT_HANDLED"},
};

constexpr std::uint32_t nmi_vector = 2;
constexpr std::uint32_t double_fault_vector = 8;
constexpr std::uint32_t stack_words = 32;
constexpr std::uint32_t words_to_a_line = 4;

std::string named(std::uint32_t code) {
    const auto name = bugcheck_name(code);
    return name.empty() ? fmt::format("0x{:X}", code) : fmt::format("0x{:X} {}", code, name);
}

template <typename T>
bool peek(Kernel& kernel, LinearAddress from, T& value) {
    const auto translated =
        kernel.mmu.translate(from, mmu::Access::read, mmu::Privilege::supervisor);
    if (!translated || page_offset(from) + sizeof(T) > page_size) {
        return false;
    }
    value = kernel.mmu.memory().read<T>(*translated);
    return true;
}

std::string code_bytes(Kernel& kernel, LinearAddress at) {
    std::string text;
    for (std::uint32_t i = 0; i < 16; ++i) {
        std::uint8_t byte = 0;
        if (!peek(kernel, at + i, byte)) {
            break;
        }
        text += fmt::format(" {:02x}", byte);
    }
    return text.empty() ? " not mapped" : text;
}

std::string stack_dump(Kernel& kernel, LinearAddress esp) {
    std::string text;
    for (std::uint32_t i = 0; i < stack_words; ++i) {
        const LinearAddress at = esp + i * 4;
        std::uint32_t word = 0;
        if (!peek(kernel, at, word)) {
            return text + fmt::format("  {:08X}: not mapped\n", at.value);
        }
        if (i % words_to_a_line == 0) {
            text += fmt::format("  {:08X}:", at.value);
        }
        const auto place = kernel.symbols.place({word});
        text +=
            place ? fmt::format(" {:08X} {}", word, place->text()) : fmt::format(" {:08X}", word);
        text += i % words_to_a_line == words_to_a_line - 1 ? "\n" : "";
    }
    return text;
}

void end(Kernel& kernel, std::uint32_t status, std::string message, std::string report) {
    kernel.stop({guest::StopKind::guest_failure, status, std::move(message), std::move(report)});
}

}  // namespace

std::string_view bugcheck_name(std::uint32_t code) {
    const auto* const found =
        std::find_if(std::begin(bugcheck_names), std::end(bugcheck_names),
                     [code](const BugcheckName& row) { return row.code == code; });
    return found != std::end(bugcheck_names) ? found->name : std::string_view{};
}

std::string state_report(Kernel& kernel, const CONTEXT& c) {
    return fmt::format(
        "  EAX={:08X} EBX={:08X} ECX={:08X} EDX={:08X} ESI={:08X} EDI={:08X}\n"
        "  EBP={:08X} ESP={:08X} EIP={:08X} EFL={:08X} CS={:04X} SS={:04X} DS={:04X} ES={:04X} "
        "FS={:04X} GS={:04X}\n"
        "code at {}:{}\nstack:\n{}",
        c.Eax, c.Ebx, c.Ecx, c.Edx, c.Esi, c.Edi, c.Ebp, c.Esp, c.Eip, c.EFlags, c.SegCs, c.SegSs,
        c.SegDs, c.SegEs, c.SegFs, c.SegGs, kernel.symbols.describe({c.Eip}),
        code_bytes(kernel, {c.Eip}), stack_dump(kernel, {c.Esp}));
}

void KeBugCheckEx(Kernel& kernel, std::uint32_t code, std::array<std::uint32_t, 4> parameters) {
    end(kernel, code,
        fmt::format("bugcheck {} ({:08X}, {:08X}, {:08X}, {:08X})", named(code), parameters[0],
                    parameters[1], parameters[2], parameters[3]),
        {});
}

void KeBugCheckTrap(Kernel& kernel, std::uint32_t code, LinearAddress at, std::uint32_t vector,
                    std::uint32_t exception) {
    const auto frame = trap_frame_at(kernel.structures, at);
    CONTEXT context = context_of(frame, at, CONTEXT::full);
    if (vector == nmi_vector || vector == double_fault_vector) {
        // A frame of an interrupted task: complete, whatever ring that task was in.
        context.Esp = kernel.structures.get(at, "KTRAP_FRAME", "HardwareEsp");
        context.SegSs = kernel.structures.get(at, "KTRAP_FRAME", "HardwareSegSs") & 0xFFFF;
    }
    std::string what = exception != 0
                           ? to_text(NTSTATUS{exception})
                           : fmt::format("trap {:02X}, error code {:X}", vector, frame.ErrCode);
    if (vector == 0x0E) {
        what += fmt::format(", {} {:08X}", (frame.ErrCode & 2) != 0 ? "write to" : "read of",
                            kernel.fault_address ? kernel.fault_address() : 0);
    }
    end(kernel, code,
        fmt::format("bugcheck {}: {} at {}", named(code), what,
                    kernel.symbols.describe({frame.Eip})),
        fmt::format("trap frame {:08X}:\n{}", at.value, state_report(kernel, context)));
}

void report_unhandled(Kernel& kernel, const EXCEPTION_RECORD& record, const CONTEXT& context) {
    std::string detail;
    if (record.ExceptionCode == STATUS_ACCESS_VIOLATION.value && record.NumberParameters >= 2) {
        detail =
            fmt::format(", {} {:08X}", record.ExceptionInformation[0] != 0 ? "write to" : "read of",
                        record.ExceptionInformation[1]);
    }
    end(kernel, record.ExceptionCode,
        fmt::format("unhandled exception {} at {}{}", to_text(NTSTATUS{record.ExceptionCode}),
                    kernel.symbols.describe({record.ExceptionAddress}), detail),
        state_report(kernel, context));
}

}  // namespace ringside::nt
