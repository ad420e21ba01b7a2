// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include <Zydis/Zydis.h>

namespace ringside::cpu {

/// One instruction as Zydis read it.
struct Decoded {
    ZydisDecodedInstruction instruction;
    std::array<ZydisDecodedOperand, ZYDIS_MAX_OPERAND_COUNT> operands;

    [[nodiscard]] ZydisMnemonic mnemonic() const { return instruction.mnemonic; }
    [[nodiscard]] unsigned operand_count() const { return instruction.operand_count_visible; }
    [[nodiscard]] const ZydisDecodedOperand& operand(unsigned index) const {
        return operands[index];
    }
    /// Bits of operand `index`: 8, 16, 32, 48 or 64.
    [[nodiscard]] unsigned width(unsigned index = 0) const { return operands[index].size; }
    [[nodiscard]] bool is_memory(unsigned index) const {
        return index < operand_count() && operands[index].type == ZYDIS_OPERAND_TYPE_MEMORY;
    }
    [[nodiscard]] bool is_register(unsigned index) const {
        return index < operand_count() && operands[index].type == ZYDIS_OPERAND_TYPE_REGISTER;
    }
    [[nodiscard]] bool is_immediate(unsigned index) const {
        return index < operand_count() && operands[index].type == ZYDIS_OPERAND_TYPE_IMMEDIATE;
    }
    [[nodiscard]] bool has(ZydisInstructionAttributes attribute) const {
        return (instruction.attributes & attribute) != 0;
    }
    [[nodiscard]] bool operand16() const { return instruction.operand_width == 16; }
    [[nodiscard]] bool address16() const { return instruction.address_width == 16; }
};

enum class DecodeResult : std::uint8_t {
    ok,
    needs_more,  ///< the bytes end inside the instruction
    undefined,   ///< #UD
    too_long,    ///< over 15 bytes: #GP(0)
};

/// Decodes one instruction for a 16- or 32-bit code segment, reading encodings as processors up to
/// the P6 do where later ones gave them a new meaning (F3 0F BC is BSF, F3 90 is NOP ...).
DecodeResult decode(std::span<const std::byte> bytes, bool code32, Decoded& decoded);

/// Whether the first opcode byte, behind any prefixes, is one of the x87's (ESC, D8 to DF). Holds
/// for encodings that are no instruction as well.
[[nodiscard]] bool is_coprocessor_escape(std::span<const std::byte> bytes);

/// The instruction in Intel syntax, branch targets relative to `eip`.
std::string disassemble(std::span<const std::byte> bytes, bool code32, std::uint32_t eip);

}  // namespace ringside::cpu
