// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "cpu/model.hpp"
#include "cpu/timing/clock_row.hpp"

namespace ringside::test {

/// A figure of data/clocks.tsv as docs/timing.md explains the text, read without any of the code
/// that the processor's own table is built by.
struct PrintedFigure {
    std::string_view formula;  ///< its name; empty for plain numbers
    std::vector<std::uint64_t> numbers;
    bool plus_m = false;
    bool assumed = false;
    std::uint64_t ticks = 1;  ///< of the counter, for one clock of the figure

    /// Ticks, of a figure without formula. `taken` chooses behind the bar, if there is one.
    [[nodiscard]] std::uint64_t value(bool taken = false) const;
    /// Ticks of a formula for what its row calls n; of other figures `value()`.
    [[nodiscard]] std::uint64_t value_for(std::uint64_t n) const;
    [[nodiscard]] bool has_bar() const { return formula.empty() && numbers.size() == 2; }
};

/// What the row prints for the model; nothing when the model lacks the form. Throws
/// std::invalid_argument for text that is not a figure.
[[nodiscard]] std::optional<PrintedFigure> printed_figure(const cpu::timing::ClockRow& row,
                                                          cpu::Model model);

}  // namespace ringside::test
