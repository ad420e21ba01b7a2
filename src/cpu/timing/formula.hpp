// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace ringside::cpu::timing {

/// The shapes of a figure that depends on a number known only at run time, `n`.
enum class FormulaKind : std::uint8_t {
    /// count(zero,one,base,each): elements of a repeated string instruction, level of ENTER,
    /// parameters of a call gate. zero at n = 0, one at n = 1, else base + each * n.
    count,
    /// early_out(base,width): n is the magnitude of the multiplier, |value| as the instruction
    /// reads it (signed for IMUL). base + max(ceil(log2 n), 3). i486 manual, MUL, note.
    early_out,
    /// linear(low,high,last): n is the count modulo 32; a straight line from low to high.
    linear,
    /// bsf_linear(base,each,width): n is the source; base + each * zero bits below the first one.
    bsf_linear,
    /// bsf(zero,extra,width): n is the source; scans bytes, then a nibble, then bits.
    bsf,
    /// bsr(zero,start,each,top): n is the source; start + each * (top - index of the last one).
    bsr,
};

[[nodiscard]] std::optional<FormulaKind> formula_kind_named(std::string_view name);
[[nodiscard]] std::size_t argument_count(FormulaKind kind);

/// The run-time part of an instruction's clocks.
class Formula {
  public:
    using Arguments = std::array<std::uint32_t, 4>;

    /// `scale` turns the formula's clocks into ticks.
    Formula(FormulaKind kind, const Arguments& arguments, std::uint32_t scale)
        : kind_(kind), arguments_(arguments), scale_(scale) {}

    /// Ticks for `n`, which is what FormulaKind says. A repeated string instruction that is left
    /// after k elements, by an interrupt or a fault, costs ticks(k), or nothing for k = 0; what
    /// remains is a new start.
    [[nodiscard]] std::uint64_t ticks(std::uint32_t n) const;

    /// The largest value; of a count, the largest that the start and one element can cost.
    [[nodiscard]] std::uint64_t bound() const;

    [[nodiscard]] FormulaKind kind() const { return kind_; }
    [[nodiscard]] const Arguments& arguments() const { return arguments_; }

  private:
    FormulaKind kind_;
    Arguments arguments_;
    std::uint32_t scale_;
};

}  // namespace ringside::cpu::timing
