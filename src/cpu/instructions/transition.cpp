// SPDX-License-Identifier: MIT
#include <array>
#include <cstdint>
#include <type_traits>

#include "cpu/instruction.hpp"
#include "cpu/operands.hpp"
#include "cpu/privilege/far_transfer.hpp"
#include "cpu/privilege/fast_call.hpp"
#include "cpu/privilege/interrupt.hpp"
#include "cpu/privilege/interrupt_return.hpp"

namespace ringside::cpu {
namespace {

[[gnu::noinline]] void interrupt(Cpu& cpu, const Op* op) {
    const auto vector = static_cast<Vector>(op->immediate & 0xFFU);
    software_interrupt(cpu, op, Event::software(vector), op->clocks);
}

[[gnu::noinline]] void breakpoint(Cpu& cpu, const Op* op) {
    software_interrupt(cpu, op, Event::breakpoint_like(Vector::breakpoint), op->clocks);
}

[[gnu::noinline]] void interrupt_1(Cpu& cpu, const Op* op) {
    software_interrupt(cpu, op, Event::int1(), op->clocks);
}

[[gnu::noinline]] void overflow(Cpu& cpu, const Op* op) {
    software_interrupt(cpu, op, Event::breakpoint_like(Vector::overflow), ticks_before(cpu, op));
}

// INTO goes on in its block when OF is clear; when it traps its own figure does not count.
const Op* interrupt_on_overflow(Cpu& cpu, const Op* op) {
    if (!cpu.flags.of()) {
        return proceed(cpu, op + 1);
    }
    return crossing<&overflow>(cpu, op);
}

// The bounds are two signed words in memory, the lower one first; both are inside.
template <typename W>
void check_bounds(Cpu& cpu, const Op* op) {
    using Signed = std::make_signed_t<W>;
    const auto lower = static_cast<Signed>(read_part<W>(cpu, op, 0));
    const auto upper = static_cast<Signed>(read_part<W>(cpu, op, sizeof(W)));
    const auto index = static_cast<Signed>(Dst::read<W>(cpu, op));
    if (index < lower || index > upper) {
        throw Fault{Vector::bound_range, 0, {}};
    }
}

[[gnu::noinline]] void undefined_instruction(Cpu&, const Op*) {
    throw Fault::ud();
}

struct FarPointer {
    Selector selector;
    std::uint32_t offset = 0;
};

/// m16:16 or m16:32, the offset first.
template <typename W>
FarPointer far_pointer(Cpu& cpu, const Op* op) {
    const W offset = read_part<W>(cpu, op, 0);
    return {Selector{read_part<std::uint16_t>(cpu, op, sizeof(W))}, offset};
}

template <typename W>
[[gnu::noinline]] void jump_direct(Cpu& cpu, const Op* op) {
    jump_far<W>(cpu, op, Selector{static_cast<std::uint16_t>(op->displacement)},
                static_cast<W>(op->immediate), false);
}
template <typename W>
[[gnu::noinline]] void jump_indirect(Cpu& cpu, const Op* op) {
    const FarPointer to = far_pointer<W>(cpu, op);
    jump_far<W>(cpu, op, to.selector, static_cast<W>(to.offset), true);
}
template <typename W>
[[gnu::noinline]] void call_direct(Cpu& cpu, const Op* op) {
    call_far<W>(cpu, op, Selector{static_cast<std::uint16_t>(op->displacement)},
                static_cast<W>(op->immediate), false);
}
template <typename W>
[[gnu::noinline]] void call_indirect(Cpu& cpu, const Op* op) {
    const FarPointer to = far_pointer<W>(cpu, op);
    call_far<W>(cpu, op, to.selector, static_cast<W>(to.offset), true);
}
template <typename W>
[[gnu::noinline]] void return_releasing(Cpu& cpu, const Op* op) {
    return_far<W>(cpu, op, op->immediate & 0xFFFFU, true);
}
template <typename W>
[[gnu::noinline]] void return_plain(Cpu& cpu, const Op* op) {
    return_far<W>(cpu, op, 0, false);
}

template <auto body>
Selection select_leaving(const Decoded&, std::uint32_t) {
    return {&crossing<body>, true};
}

Selection select_into(const Decoded&, std::uint32_t) {
    return {&interrupt_on_overflow, false};
}

Selection select_bound(const Decoded& d, std::uint32_t) {
    return with_word_width(d.width(),
                           [&]<typename W>() { return handled<&check_bounds<W>, true>(); });
}

/// The operand size chooses between the two bodies.
template <auto body16, auto body32>
Selection by_operand_size(const Decoded& d) {
    return d.operand16() ? Selection{&crossing<body16>, true} : Selection{&crossing<body32>, true};
}

template <auto body16, auto body32>
Selection select_by_operand_size(const Decoded& d, std::uint32_t) {
    return by_operand_size<body16, body32>(d);
}

constexpr std::array table{
    Instruction{ZYDIS_MNEMONIC_BOUND, select_bound, "BOUND", Model::i386, "SDM vol. 2, BOUND"},
    Instruction{ZYDIS_MNEMONIC_INT, select_leaving<&interrupt>, "INT n", Model::i386,
                "SDM vol. 2, INT n"},
    Instruction{ZYDIS_MNEMONIC_INT1, select_leaving<&interrupt_1>, "ICEBP", Model::i386,
                "SDM vol. 2, INT1"},
    Instruction{ZYDIS_MNEMONIC_INT3, select_leaving<&breakpoint>, "INT3", Model::i386,
                "SDM vol. 2, INT3"},
    Instruction{ZYDIS_MNEMONIC_INTO, select_into, "INTO", Model::i386, "SDM vol. 2, INTO"},
    Instruction{
        ZYDIS_MNEMONIC_IRET,
        select_by_operand_size<&interrupt_return<std::uint16_t>, &interrupt_return<std::uint32_t>>,
        "IRET/IRETD", Model::i386, "SDM vol. 2, IRET"},
    Instruction{
        ZYDIS_MNEMONIC_IRETD,
        select_by_operand_size<&interrupt_return<std::uint16_t>, &interrupt_return<std::uint32_t>>,
        "IRET/IRETD", Model::i386, "SDM vol. 2, IRET"},
    Instruction{ZYDIS_MNEMONIC_SYSENTER, select_leaving<&system_enter>, "SYSENTER", Model::p6,
                "SDM vol. 2, SYSENTER"},
    Instruction{ZYDIS_MNEMONIC_SYSEXIT, select_leaving<&system_exit>, "SYSEXIT", Model::p6,
                "SDM vol. 2, SYSEXIT"},
    Instruction{ZYDIS_MNEMONIC_UD0, select_leaving<&undefined_instruction>, "UD2/undefined opcode",
                Model::i386, "SDM vol. 2, UD"},
    Instruction{ZYDIS_MNEMONIC_UD1, select_leaving<&undefined_instruction>, "UD2/undefined opcode",
                Model::i386, "SDM vol. 2, UD"},
    Instruction{ZYDIS_MNEMONIC_UD2, select_leaving<&undefined_instruction>, "UD2/undefined opcode",
                Model::i386, "SDM vol. 2, UD"},
};

}  // namespace

std::span<const Instruction> transition_instructions() {
    return table;
}

Selection select_far_jump(const Decoded& d, std::uint32_t) {
    return d.is_memory(0)
               ? by_operand_size<&jump_indirect<std::uint16_t>, &jump_indirect<std::uint32_t>>(d)
               : by_operand_size<&jump_direct<std::uint16_t>, &jump_direct<std::uint32_t>>(d);
}

Selection select_far_call(const Decoded& d, std::uint32_t) {
    return d.is_memory(0)
               ? by_operand_size<&call_indirect<std::uint16_t>, &call_indirect<std::uint32_t>>(d)
               : by_operand_size<&call_direct<std::uint16_t>, &call_direct<std::uint32_t>>(d);
}

Selection select_far_return(const Decoded& d, std::uint32_t) {
    return d.is_immediate(0)
               ? by_operand_size<&return_releasing<std::uint16_t>,
                                 &return_releasing<std::uint32_t>>(d)
               : by_operand_size<&return_plain<std::uint16_t>, &return_plain<std::uint32_t>>(d);
}

}  // namespace ringside::cpu
