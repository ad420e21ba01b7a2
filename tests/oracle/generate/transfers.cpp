// SPDX-License-Identifier: MIT
#include "oracle/generate/transfers.hpp"

#include <array>

#include "cpu/eflags.hpp"
#include "oracle/generate/operands.hpp"
#include "oracle/generate/values.hpp"
#include "oracle/layout.hpp"

namespace ringside::oracle {
namespace {

using vectors::Register;

/// Of both tables: good and bad ones, null, beyond the limit. None is the host's 64-bit code.
constexpr std::array<std::uint16_t, 40> selectors{
    0,    1,    2,    3,    0x08, 0x0B, 0x18, 0x1B, 0x20, 0x23, 0x28, 0x2B, 0x2A, 0x29,
    0x07, 0x04, 0x05, 0x0F, 0x0C, 0x17, 0x1F, 0x1C, 0x27, 0x26, 0x2F, 0x37, 0x3F, 0x47,
    0x44, 0x4F, 0x4C, 0x57, 0x5F, 0x67, 0x6F, 0x77, 0x7F, 0x87, 0x8F, 0x97};
constexpr std::array<std::uint16_t, 14> code_selectors{0x23, 0x20, 0x21, 0x0F, 0x0C, 0x17, 0x57,
                                                       0x47, 0x7F, 0x77, 0x23, 0x0F, 0x17, 0x57};

/// An HLT where no program stands.
std::uint32_t somewhere(Random& random, std::uint16_t cs) {
    return layout::halts + random.below(layout::halts_end - layout::halts) - base_of(cs);
}

/// EIP of an exit for the code segment, or of an HLT.
std::uint32_t choose_target(Random& random, std::uint16_t cs) {
    if (random.percent(5)) {
        return random.percent(50) ? somewhere(random, cs) : interesting32(random);
    }
    return layout::exit_address(random.one_of(layout::targets), is_32bit(cs)) - base_of(cs);
}

std::uint32_t choose_near_target(Random& random, std::uint16_t cs) {
    const std::uint32_t offset = layout::targets.at(random.below(4));
    return layout::exit_address(offset, is_32bit(cs)) - base_of(cs);
}

/// The 64-bit code segment's addresses are the host's, so its selector is left out.
std::uint16_t choose_code_selector(Random& random) {
    return random.percent(70) ? random.one_of(code_selectors) : random.one_of(selectors);
}

std::uint32_t choose_far_offset(Random& random, std::uint16_t selector) {
    return random.percent(92) ? somewhere(random, selector) : interesting32(random);
}

void branch(Program& program, Encoded& encoded, Random& random) {
    const vectors::Registers& registers = program.before.registers;
    const std::uint16_t cs = registers.low(Register::cs);
    const auto& immediate = encoded.decoded.instruction.raw.imm[0];
    const std::uint32_t target =
        immediate.size == 8 ? choose_near_target(random, cs) : choose_target(random, cs);
    const std::uint32_t next =
        registers[Register::eip] + static_cast<std::uint32_t>(encoded.bytes.size());
    const std::uint32_t distance = target - next;
    for (unsigned i = 0; i < immediate.size / 8U; ++i) {
        encoded.bytes.at(immediate.offset + i) = static_cast<std::byte>(distance >> (8 * i));
    }
    decode_again(encoded, program.code32());
    if (random.percent(70)) {
        program.before.registers[Register::ecx] =
            (program.before.registers[Register::ecx] & 0xFFFF0000) | random.below(3);
    }
}

/// JMP and CALL through a register or memory.
void indirect_branch(Program& program, const Encoded& encoded, Random& random) {
    vectors::Registers& registers = program.before.registers;
    const std::uint16_t cs = registers.low(Register::cs);
    const ZydisDecodedOperand& operand = encoded.decoded.operand(0);
    if (operand.type == ZYDIS_OPERAND_TYPE_REGISTER) {
        write_register(registers, operand.reg.value, choose_target(random, cs));
        return;
    }
    const std::uint32_t at = linear_address(registers, encoded.decoded, operand);
    const std::uint32_t size = encoded.decoded.operand16() ? 2 : 4;
    if (encoded.decoded.instruction.meta.branch_type == ZYDIS_BRANCH_TYPE_FAR) {
        const std::uint16_t selector = choose_code_selector(random);
        put(program, at, choose_far_offset(random, selector), size);
        put(program, at + size, selector, 2);
    } else {
        put(program, at, choose_target(random, cs), size);
    }
}

void near_return(Program& program, const Encoded& encoded, Random& random) {
    const vectors::Registers& registers = program.before.registers;
    put(program, stack_top(registers), choose_target(random, registers.low(Register::cs)),
        encoded.decoded.operand16() ? 2 : 4);
}

/// RETF and IRET.
void far_return(Program& program, const Encoded& encoded, Random& random, bool with_flags) {
    const std::uint32_t size = encoded.decoded.operand16() ? 2 : 4;
    const std::uint32_t at = stack_top(program.before.registers);
    const std::uint16_t selector = choose_code_selector(random);
    put(program, at, choose_far_offset(random, selector), size);
    put(program, at + size, selector, size);
    if (with_flags) {
        constexpr std::uint32_t nt = 0x4000;
        constexpr std::uint32_t vm = 0x20000;
        std::uint32_t flags = random.u32() & ~(nt | vm | cpu::flag::tf);
        if (random.percent(5)) {
            flags |= cpu::flag::tf;
        }
        put(program, at + 2 * size, flags, size);
    }
}

void far_immediate(Encoded& encoded, Random& random, bool code32) {
    const auto& offset = encoded.decoded.instruction.raw.imm[0];
    const auto& selector = encoded.decoded.instruction.raw.imm[1];
    const std::uint16_t chosen = choose_code_selector(random);
    const std::uint32_t target = choose_far_offset(random, chosen);
    for (unsigned i = 0; i < offset.size / 8U; ++i) {
        encoded.bytes.at(offset.offset + i) = static_cast<std::byte>(target >> (8 * i));
    }
    for (unsigned i = 0; i < 2; ++i) {
        encoded.bytes.at(selector.offset + i) = static_cast<std::byte>(chosen >> (8 * i));
    }
    decode_again(encoded, code32);
}

void interrupt(Encoded& encoded, Random& random, bool code32) {
    constexpr unsigned linux_system_call = 0x80;
    const auto& vector = encoded.decoded.instruction.raw.imm[0];
    if (encoded.bytes.at(vector.offset) == std::byte{linux_system_call}) {
        encoded.bytes.at(vector.offset) = static_cast<std::byte>(random.below(linux_system_call));
        decode_again(encoded, code32);
    }
}

}  // namespace

bool transfer_control(Program& program, Encoded& encoded, Random& random) {
    const cpu::Decoded& decoded = encoded.decoded;
    const bool code32 = program.code32();
    switch (static_cast<int>(decoded.mnemonic())) {
        case ZYDIS_MNEMONIC_RET:
            if (decoded.instruction.meta.branch_type == ZYDIS_BRANCH_TYPE_FAR) {
                far_return(program, encoded, random, false);
            } else {
                near_return(program, encoded, random);
            }
            return true;
        case ZYDIS_MNEMONIC_IRET:
        case ZYDIS_MNEMONIC_IRETD: far_return(program, encoded, random, true); return true;
        case ZYDIS_MNEMONIC_INT: interrupt(encoded, random, code32); return true;
        default: break;
    }
    if (decoded.operand_count() == 0) {
        return false;
    }
    const ZydisDecodedOperand& operand = decoded.operand(0);
    if (operand.type == ZYDIS_OPERAND_TYPE_POINTER) {
        far_immediate(encoded, random, code32);
        return true;
    }
    if (operand.type == ZYDIS_OPERAND_TYPE_IMMEDIATE && operand.imm.is_relative) {
        branch(program, encoded, random);
        return true;
    }
    if (decoded.mnemonic() == ZYDIS_MNEMONIC_JMP || decoded.mnemonic() == ZYDIS_MNEMONIC_CALL) {
        indirect_branch(program, encoded, random);
        return true;
    }
    return false;
}

void load_segments(Program& program, Encoded& encoded, Random& random) {
    vectors::Registers& registers = program.before.registers;
    const cpu::Decoded& decoded = encoded.decoded;
    const std::uint16_t selector = random.one_of(selectors);
    const std::uint32_t size = decoded.operand16() ? 2 : 4;
    const auto set = [&](const ZydisDecodedOperand& operand) {
        if (operand.type == ZYDIS_OPERAND_TYPE_REGISTER) {
            if (const auto whole = whole_register(operand.reg.value)) {
                registers[*whole] = (registers[*whole] & 0xFFFF0000) | selector;
            }
        } else if (operand.type == ZYDIS_OPERAND_TYPE_MEMORY) {
            put(program, linear_address(registers, decoded, operand), selector, 2);
        }
    };
    switch (static_cast<int>(decoded.mnemonic())) {
        case ZYDIS_MNEMONIC_LDS:
        case ZYDIS_MNEMONIC_LES:
        case ZYDIS_MNEMONIC_LFS:
        case ZYDIS_MNEMONIC_LGS:
        case ZYDIS_MNEMONIC_LSS:
            put(program, linear_address(registers, decoded, decoded.operand(1)) + size, selector,
                2);
            break;
        case ZYDIS_MNEMONIC_VERR:
        case ZYDIS_MNEMONIC_VERW: set(decoded.operand(0)); break;
        case ZYDIS_MNEMONIC_LAR:
        case ZYDIS_MNEMONIC_LSL: set(decoded.operand(1)); break;
        case ZYDIS_MNEMONIC_ARPL:
            if (random.percent(50)) {
                set(decoded.operand(0));
            }
            break;
        case ZYDIS_MNEMONIC_MOV:
            if (decoded.is_register(0) &&
                ZydisRegisterGetClass(decoded.operand(0).reg.value) == ZYDIS_REGCLASS_SEGMENT) {
                set(decoded.operand(1));
            }
            break;
        case ZYDIS_MNEMONIC_POP:
            if (decoded.is_register(0) &&
                ZydisRegisterGetClass(decoded.operand(0).reg.value) == ZYDIS_REGCLASS_SEGMENT) {
                put(program, stack_top(registers), selector, 2);
            }
            break;
        default: break;
    }
}

}  // namespace ringside::oracle
