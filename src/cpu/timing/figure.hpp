// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "cpu/timing/clock_row.hpp"
#include "cpu/timing/formula.hpp"
#include "cpu/timing/p6_parameters.hpp"

namespace ringside::cpu::timing {

/// The clocks of one form, in ticks.
///
///     -              the model lacks it
///     5              static
///     1|3            1, or 3 when taken, true or equal
///     name(a,b,...)  a formula, see FormulaKind
///     ...+m          and a clock for each component of the instruction at the target (i386)
///     ~...           assumed: no manual prints it
///     name, a+name   a parameter of p6, wherever a number may stand
struct Figure {
    std::uint32_t base = 0;
    std::uint32_t taken = 0;  ///< equal to base when the figure has no bar
    std::optional<Formula> formula;
    bool assumed = false;
    bool plus_m = false;
    bool named = false;  ///< uses a parameter of p6

    /// The static value, or the formula's.
    [[nodiscard]] std::uint64_t ticks(std::uint32_t n) const {
        return formula ? formula->ticks(n) : base;
    }
    [[nodiscard]] std::uint64_t bound() const;
};

/// Reads one figure, multiplying its clocks by `scale`; nothing when the model lacks the form.
/// Throws BrokenInvariant, quoting the text, for one that is not a figure.
[[nodiscard]] std::optional<Figure> parse_figure(std::string_view text,
                                                 const P6Parameters& parameters,
                                                 std::uint32_t scale = 1);

/// The p6 figure of a row, in thousandths of a clock: its own when it names one; else, by the rule,
/// pentium's 1 to 3 clocks cost as many times base_cpi, and any other figure is kept as the
/// assumption that p6_basis names.
[[nodiscard]] std::optional<Figure> p6_figure(const ClockRow& row, const P6Parameters& parameters);

/// What the p6 figure of a row rests on: "base_cpi_x1000", the parameters that the row names, or
/// "p6.DIV.r32" for the pentium figure of that form. Empty when p6 lacks the form.
[[nodiscard]] std::string p6_basis(const ClockRow& row, const P6Parameters& parameters);

}  // namespace ringside::cpu::timing
