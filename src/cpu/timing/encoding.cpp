// SPDX-License-Identifier: MIT
#include "cpu/timing/encoding.hpp"

#include "cpu/timing/operand_form.hpp"

namespace ringside::cpu::timing {
namespace {

const ZydisDecodedOperandMem* addressed(const ZydisDecodedInstruction& instruction,
                                        const ZydisDecodedOperand* operands) {
    for (unsigned i = 0; i < instruction.operand_count_visible; ++i) {
        // XLAT and the string instructions have memory operands too, but no ModRM to decode.
        if (operands[i].type == ZYDIS_OPERAND_TYPE_MEMORY &&
            operands[i].encoding == ZYDIS_OPERAND_ENCODING_MODRM_RM) {
            return &operands[i].mem;
        }
    }
    return nullptr;
}

constexpr std::uint8_t lock_byte = 0xf0;

bool is_rep_byte(std::uint8_t prefix) {
    return prefix == 0xf2 || prefix == 0xf3;
}

bool costs_a_clock(const ZydisDecodedInstruction& instruction, unsigned index) {
    const auto& prefix = instruction.raw.prefixes[index];
    if (is_rep_byte(prefix.value) && is_repeated(instruction)) {
        return false;
    }
    // Before PAUSE had a meaning of its own its F3 was a prefix like any other.
    return prefix.type != ZYDIS_PREFIX_TYPE_MANDATORY ||
           instruction.mnemonic == ZYDIS_MNEMONIC_PAUSE;
}

}  // namespace

std::uint32_t Adders::of_prefixes(const ZydisDecodedInstruction& instruction) const {
    std::uint32_t sum = 0;
    for (unsigned i = 0; i < instruction.raw.prefix_count; ++i) {
        if (instruction.raw.prefixes[i].value != lock_byte && costs_a_clock(instruction, i)) {
            sum += prefix;
        }
    }
    return sum;
}

std::uint32_t Adders::of(const ZydisDecodedInstruction& instruction,
                         const ZydisDecodedOperand* operands) const {
    std::uint32_t sum = of_prefixes(instruction);
    for (unsigned i = 0; i < instruction.raw.prefix_count; ++i) {
        sum += instruction.raw.prefixes[i].value == lock_byte ? lock : 0;
    }
    const auto* const memory = addressed(instruction, operands);
    if (memory != nullptr && memory->index != ZYDIS_REGISTER_NONE) {
        sum += memory->base != ZYDIS_REGISTER_NONE ? base_and_index : index_alone;
    }
    if (instruction.raw.disp.size != 0 && instruction.raw.imm[0].size != 0) {
        sum += displacement_and_immediate;
    }
    return sum;
}

std::uint32_t components(const ZydisDecodedInstruction& instruction) {
    const bool has_modrm = (instruction.attributes & ZYDIS_ATTRIB_HAS_MODRM) != 0;
    const bool has_sib = (instruction.attributes & ZYDIS_ATTRIB_HAS_SIB) != 0;
    const bool has_escape = instruction.opcode_map == ZYDIS_OPCODE_MAP_0F;
    return instruction.raw.prefix_count + (has_escape ? 2U : 1U) + (has_modrm ? 1U : 0U) +
           (has_sib ? 1U : 0U) + (instruction.raw.disp.size != 0 ? 1U : 0U) +
           (instruction.raw.imm[0].size != 0 ? 1U : 0U);
}

}  // namespace ringside::cpu::timing
