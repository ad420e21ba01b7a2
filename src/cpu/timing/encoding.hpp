// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

#include <Zydis/Zydis.h>

namespace ringside::cpu::timing {

/// What the address and the prefixes of one instruction add to its figure; the values are the
/// "adder" rows of data/clocks.tsv.
struct Adders {
    std::uint32_t base_and_index = 0;
    std::uint32_t index_alone = 0;
    std::uint32_t displacement_and_immediate = 0;
    std::uint32_t prefix = 0;
    std::uint32_t lock = 0;

    /// The sum for this instruction, in the unit of the values. 16-bit [BX+SI] counts as base and
    /// index. A REP that repeats is inside the figure of its form, a mandatory prefix belongs to
    /// the opcode; every other 66, 67, segment or REP byte counts, effective or not.
    [[nodiscard]] std::uint32_t of(const ZydisDecodedInstruction& instruction,
                                   const ZydisDecodedOperand* operands) const;
    /// The part of it that 66, 67, segment and REP bytes make.
    [[nodiscard]] std::uint32_t of_prefixes(const ZydisDecodedInstruction& instruction) const;
};

/// The m of an i386 control transfer to this instruction: each prefix, opcode, ModRM and SIB byte
/// counts one, the whole displacement one, the whole immediate one. i386 PRM ch. 17, clocks.
[[nodiscard]] std::uint32_t components(const ZydisDecodedInstruction& instruction);

}  // namespace ringside::cpu::timing
