// SPDX-License-Identifier: MIT
#include "cpu/timing/issue.hpp"

#include <algorithm>
#include <array>

#include "cpu/timing/clock_table.hpp"

namespace ringside::cpu::timing {
namespace {

bool is_general(ZydisRegister r) {
    const ZydisRegisterClass kind = ZydisRegisterGetClass(r);
    return kind == ZYDIS_REGCLASS_GPR8 || kind == ZYDIS_REGCLASS_GPR16 ||
           kind == ZYDIS_REGCLASS_GPR32;
}

constexpr std::uint8_t ebp_bit = 1U << 5;

/// The bit of the register that `r` is, or is part of; none when it is no general register.
std::uint8_t bit_of(ZydisRegister r) {
    if (!is_general(r)) {
        return 0;
    }
    const ZydisRegister whole = ZydisRegisterGetLargestEnclosing(ZYDIS_MACHINE_MODE_LEGACY_32, r);
    return static_cast<std::uint8_t>(1U << static_cast<unsigned>(ZydisRegisterGetId(whole)));
}

/// What waits until nothing is in flight, besides far transfers and moves to CRn and DRn.
constexpr std::array serialising{
    ZYDIS_MNEMONIC_CPUID, ZYDIS_MNEMONIC_HLT,  ZYDIS_MNEMONIC_INVD,  ZYDIS_MNEMONIC_INVLPG,
    ZYDIS_MNEMONIC_LGDT,  ZYDIS_MNEMONIC_LIDT, ZYDIS_MNEMONIC_LLDT,  ZYDIS_MNEMONIC_LMSW,
    ZYDIS_MNEMONIC_LTR,   ZYDIS_MNEMONIC_RSM,  ZYDIS_MNEMONIC_WRMSR, ZYDIS_MNEMONIC_WBINVD,
};

bool is_far(const ZydisDecodedInstruction& instruction) {
    return instruction.meta.branch_type == ZYDIS_BRANCH_TYPE_FAR;
}

/// PUSH, POP and near CALL; of the others add_register() finds out.
StackUse stack_use(const ZydisDecodedInstruction& instruction) {
    if (instruction.mnemonic == ZYDIS_MNEMONIC_PUSH) {
        return StackUse::push;
    }
    if (instruction.mnemonic == ZYDIS_MNEMONIC_POP) {
        return StackUse::pop;
    }
    const bool near_call = instruction.mnemonic == ZYDIS_MNEMONIC_CALL && !is_far(instruction);
    return near_call ? StackUse::call : StackUse::none;
}

bool serialises(const ZydisDecodedInstruction& instruction, const ZydisDecodedOperand* operands) {
    if (instruction.mnemonic == ZYDIS_MNEMONIC_MOV &&
        operands[0].type == ZYDIS_OPERAND_TYPE_REGISTER) {
        const ZydisRegisterClass to = ZydisRegisterGetClass(operands[0].reg.value);
        return to == ZYDIS_REGCLASS_CONTROL || to == ZYDIS_REGCLASS_DEBUG;
    }
    return std::find(serialising.begin(), serialising.end(), instruction.mnemonic) !=
           serialising.end();
}

Transfer transfer_of(const ZydisDecodedInstruction& instruction,
                     const ZydisDecodedOperand* operands) {
    const ZydisInstructionCategory category = instruction.meta.category;
    if (is_far(instruction) || category == ZYDIS_CATEGORY_INTERRUPT ||
        category == ZYDIS_CATEGORY_SYSCALL || category == ZYDIS_CATEGORY_SYSRET ||
        serialises(instruction, operands)) {
        return Transfer::other;
    }
    const bool relative =
        instruction.operand_count_visible > 0 && operands[0].type == ZYDIS_OPERAND_TYPE_IMMEDIATE;
    if (category == ZYDIS_CATEGORY_COND_BR) {
        return Transfer::conditional;
    }
    if (category == ZYDIS_CATEGORY_UNCOND_BR) {
        return relative ? Transfer::direct : Transfer::indirect;
    }
    if (category == ZYDIS_CATEGORY_CALL) {
        return relative ? Transfer::direct_call : Transfer::indirect_call;
    }
    if (category == ZYDIS_CATEGORY_RET) {
        return instruction.mnemonic == ZYDIS_MNEMONIC_RET ? Transfer::near_return : Transfer::other;
    }
    return Transfer::none;
}

void add_register(Issue& issue, const ZydisDecodedOperand& operand) {
    const std::uint8_t bit = bit_of(operand.reg.value);
    // Hidden, ESP is the stack pointer at work.
    if (bit == esp_bit && operand.visibility == ZYDIS_OPERAND_VISIBILITY_HIDDEN) {
        if (issue.stack == StackUse::none) {
            issue.stack = StackUse::other;
        }
        return;
    }
    if ((operand.actions & ZYDIS_OPERAND_ACTION_MASK_READ) != 0) {
        issue.reads |= bit;
    }
    if ((operand.actions & ZYDIS_OPERAND_ACTION_MASK_WRITE) != 0) {
        issue.writes |= bit;
        if (operand.size == 8) {
            issue.partly_writes |= bit;
        }
    }
}

}  // namespace

Issue issue_of(const ZydisDecodedInstruction& instruction, const ZydisDecodedOperand* operands,
               const Cost& cost) {
    Issue issue;
    issue.length = instruction.length;
    issue.stack = stack_use(instruction);
    issue.transfer = transfer_of(instruction, operands);
    issue.leads_back = issue.transfer == Transfer::conditional && operands[0].imm.value.s < 0;
    issue.pairing = cost.pairing;
    issue.displacement_and_immediate =
        instruction.raw.disp.size != 0 && instruction.raw.imm[0].size != 0;
    issue.locked = (instruction.attributes & ZYDIS_ATTRIB_HAS_LOCK) != 0;
    issue.prefixed = cost.prefix_ticks != 0;
    issue.prefix_ticks = cost.prefix_ticks;
    issue.figure = cost.ticks - cost.prefix_ticks;
    for (unsigned i = 0; i < instruction.operand_count; ++i) {
        const ZydisDecodedOperand& operand = operands[i];
        if (operand.type == ZYDIS_OPERAND_TYPE_REGISTER) {
            add_register(issue, operand);
        } else if (operand.type == ZYDIS_OPERAND_TYPE_MEMORY) {
            // Of ENTER, LEAVE and the like the frame is no address that anybody waits for.
            const std::uint8_t base = bit_of(operand.mem.base);
            const bool stack = operand.visibility == ZYDIS_OPERAND_VISIBILITY_HIDDEN &&
                               (base == esp_bit || base == ebp_bit);
            if (!stack) {
                issue.address |= base;
            }
            issue.address |= bit_of(operand.mem.index);
        }
    }
    issue.reads |= issue.address;
    return issue;
}

}  // namespace ringside::cpu::timing
