// SPDX-License-Identifier: MIT
#include <array>
#include <cstdint>

#include "cpu/instruction.hpp"
#include "cpu/instructions/branch.hpp"
#include "cpu/operands.hpp"
#include "cpu/stack.hpp"

namespace ringside::cpu {
namespace {

const Op* jump_relative(Cpu& cpu, const Op* op) {
    return take_branch(cpu, op);
}

// The counter is CX or ECX by the address size.
template <typename Counter>
const Op* jump_if_counter_zero(Cpu& cpu, const Op* op) {
    if (cpu.registers.get<Counter>(RegisterFile::offset_of(GeneralRegister::ecx)) == 0) {
        return take_branch(cpu, op);
    }
    return fall_behind(cpu, op);
}

enum class LoopWhile : std::uint8_t { counter, equal, not_equal };

template <typename Counter, LoopWhile loop_while>
const Op* loop(Cpu& cpu, const Op* op) {
    constexpr std::uint8_t ecx = RegisterFile::offset_of(GeneralRegister::ecx);
    const auto counter = static_cast<Counter>(cpu.registers.get<Counter>(ecx) - 1);
    bool again = counter != 0;
    if constexpr (loop_while == LoopWhile::equal) {
        again = again && cpu.flags.zf();
    } else if constexpr (loop_while == LoopWhile::not_equal) {
        again = again && !cpu.flags.zf();
    }
    if (again) {
        check_target(cpu, relative_target(cpu, op));
    }
    cpu.registers.set<Counter>(ecx, counter);
    return again ? take_branch(cpu, op) : fall_behind(cpu, op);
}

template <typename W, typename S>
const Op* jump_indirect(Cpu& cpu, const Op* op) {
    const std::uint32_t target = S::template read<W>(cpu, op);
    check_target(cpu, target);
    cpu.clock += op->clocks;
    return continue_at(cpu, target);
}

template <typename Stack, typename W>
const Op* call_relative(Cpu& cpu, const Op* op) {
    const std::uint32_t target = relative_target(cpu, op);
    check_target(cpu, target);
    push<Stack, W>(cpu, static_cast<W>(next_eip(cpu, op)));
    cpu.clock += op->clocks;
    return continue_linked(cpu, target, Link::taken);
}

template <typename Stack, typename W, typename S>
const Op* call_indirect(Cpu& cpu, const Op* op) {
    const std::uint32_t target = S::template read<W>(cpu, op);
    check_target(cpu, target);
    push<Stack, W>(cpu, static_cast<W>(next_eip(cpu, op)));
    cpu.clock += op->clocks;
    return continue_at(cpu, target);
}

// RET imm16 releases the callee's arguments behind the return address.
template <typename Stack, typename W>
const Op* return_near(Cpu& cpu, const Op* op) {
    const std::uint32_t target = peek<Stack, W>(cpu);
    check_target(cpu, target);
    drop<Stack>(cpu, static_cast<std::uint32_t>(sizeof(W)) + (op->immediate & 0xFFFFU));
    cpu.clock += op->clocks;
    return continue_at(cpu, target);
}

template <auto body>
constexpr Selection leaving() {
    return {&ending<body>, true};
}

bool is_far(const Decoded& d) {
    return d.instruction.meta.branch_type == ZYDIS_BRANCH_TYPE_FAR;
}

/// Register or memory operand of an indirect near branch.
template <typename Pick>
Selection with_target(const Decoded& d, std::uint32_t mode, const Pick& pick) {
    return with_word_width(d.instruction.operand_width, [&]<typename W>() {
        return with_destination(d, mode,
                                [&]<typename S>() { return pick.template operator()<W, S>(); });
    });
}

Selection select_jump(const Decoded& d, std::uint32_t mode) {
    if (is_far(d)) {
        return select_far_jump(d, mode);
    }
    if (d.is_immediate(0)) {
        return leaving<&jump_relative>();
    }
    return with_target(d, mode,
                       [&]<typename W, typename S>() { return leaving<&jump_indirect<W, S>>(); });
}

Selection select_call(const Decoded& d, std::uint32_t mode) {
    if (is_far(d)) {
        return select_far_call(d, mode);
    }
    return with_stack(mode, [&]<typename Stack>() {
        if (d.is_immediate(0)) {
            return with_word_width(d.instruction.operand_width, [&]<typename W>() {
                return leaving<&call_relative<Stack, W>>();
            });
        }
        return with_target(d, mode, [&]<typename W, typename S>() {
            return leaving<&call_indirect<Stack, W, S>>();
        });
    });
}

Selection select_return(const Decoded& d, std::uint32_t mode) {
    if (is_far(d)) {
        return select_far_return(d, mode);
    }
    return with_stack(mode, [&]<typename Stack>() {
        return with_word_width(d.instruction.operand_width,
                               [&]<typename W>() { return leaving<&return_near<Stack, W>>(); });
    });
}

template <Condition condition>
Selection select_jump_if(const Decoded&, std::uint32_t) {
    Selection s = leaving<&jump_if<condition>>();
    s.jumps_if = condition;
    return s;
}

Selection select_jump_if_cx_zero(const Decoded&, std::uint32_t) {
    return leaving<&jump_if_counter_zero<std::uint16_t>>();
}
Selection select_jump_if_ecx_zero(const Decoded&, std::uint32_t) {
    return leaving<&jump_if_counter_zero<std::uint32_t>>();
}

template <LoopWhile loop_while>
Selection select_loop(const Decoded& d, std::uint32_t) {
    return d.address16() ? leaving<&loop<std::uint16_t, loop_while>>()
                         : leaving<&loop<std::uint32_t, loop_while>>();
}

template <Condition condition>
constexpr Instruction conditional_jump(ZydisMnemonic mnemonic) {
    return {mnemonic, select_jump_if<condition>, "Jcc", Model::i386, "SDM vol. 2, Jcc"};
}

constexpr std::array table{
    Instruction{ZYDIS_MNEMONIC_CALL, select_call, "CALL", Model::i386, "SDM vol. 2, CALL"},
    Instruction{ZYDIS_MNEMONIC_JMP, select_jump, "JMP", Model::i386, "SDM vol. 2, JMP"},
    Instruction{ZYDIS_MNEMONIC_RET, select_return, "RET", Model::i386, "SDM vol. 2, RET"},
    Instruction{ZYDIS_MNEMONIC_JCXZ, select_jump_if_cx_zero, "JCXZ/JECXZ", Model::i386,
                "SDM vol. 2, Jcc"},
    Instruction{ZYDIS_MNEMONIC_JECXZ, select_jump_if_ecx_zero, "JCXZ/JECXZ", Model::i386,
                "SDM vol. 2, Jcc"},
    Instruction{ZYDIS_MNEMONIC_LOOP, select_loop<LoopWhile::counter>, "LOOP", Model::i386,
                "SDM vol. 2, LOOP"},
    Instruction{ZYDIS_MNEMONIC_LOOPE, select_loop<LoopWhile::equal>, "LOOPE/LOOPNE", Model::i386,
                "SDM vol. 2, LOOP"},
    Instruction{ZYDIS_MNEMONIC_LOOPNE, select_loop<LoopWhile::not_equal>, "LOOPE/LOOPNE",
                Model::i386, "SDM vol. 2, LOOP"},
    conditional_jump<Condition::o>(ZYDIS_MNEMONIC_JO),
    conditional_jump<Condition::no>(ZYDIS_MNEMONIC_JNO),
    conditional_jump<Condition::b>(ZYDIS_MNEMONIC_JB),
    conditional_jump<Condition::nb>(ZYDIS_MNEMONIC_JNB),
    conditional_jump<Condition::z>(ZYDIS_MNEMONIC_JZ),
    conditional_jump<Condition::nz>(ZYDIS_MNEMONIC_JNZ),
    conditional_jump<Condition::be>(ZYDIS_MNEMONIC_JBE),
    conditional_jump<Condition::nbe>(ZYDIS_MNEMONIC_JNBE),
    conditional_jump<Condition::s>(ZYDIS_MNEMONIC_JS),
    conditional_jump<Condition::ns>(ZYDIS_MNEMONIC_JNS),
    conditional_jump<Condition::p>(ZYDIS_MNEMONIC_JP),
    conditional_jump<Condition::np>(ZYDIS_MNEMONIC_JNP),
    conditional_jump<Condition::l>(ZYDIS_MNEMONIC_JL),
    conditional_jump<Condition::nl>(ZYDIS_MNEMONIC_JNL),
    conditional_jump<Condition::le>(ZYDIS_MNEMONIC_JLE),
    conditional_jump<Condition::nle>(ZYDIS_MNEMONIC_JNLE),
};

}  // namespace

std::span<const Instruction> control_instructions() {
    return table;
}

}  // namespace ringside::cpu
