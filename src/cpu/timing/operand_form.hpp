// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include <Zydis/Zydis.h>

namespace ringside::cpu::timing {

/// The operand column of data/clocks.tsv: "r,m", "acc,imm", "r32,m32,imm", "none", "any".
///
///     r r8 r16 r32   a general register          +r    one coded in the opcode byte
///     acc            AL, AX or EAX, implied      cl    CL, implied
///     m m8 m16 m32   memory by ModRM             moffs memory by a bare offset
///     imm 1          an immediate; an implied 1  rel   a branch displacement
///     sreg ss cr0 cr2 cr3 cr4 cr dr0-3 dr4-7 tr
///     none           no visible operand          any   whatever there is
///     single repeated  a string instruction without, with a REP prefix
class OperandForm {
  public:
    /// `text` outlives the object. Throws BrokenInvariant for a word that is not in the list.
    explicit OperandForm(std::string_view text);

    [[nodiscard]] bool matches(const ZydisDecodedInstruction& instruction,
                               const ZydisDecodedOperand* operands) const;

    [[nodiscard]] std::string_view text() const { return text_; }

  private:
    std::string_view text_;
    std::vector<std::string_view> words_;
};

/// Whether it is a string instruction under an effective REP, REPE or REPNE.
[[nodiscard]] bool is_repeated(const ZydisDecodedInstruction& instruction);

}  // namespace ringside::cpu::timing
