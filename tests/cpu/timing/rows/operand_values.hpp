// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <vector>

#include "cpu/timing/clock_row.hpp"
#include "cpu/timing/rows/stage.hpp"

namespace ringside::test {

/// What an instruction of a row finds, as far as its clocks may look at it.
struct Given {
    /// The value that the row's n is made of: in ECX, at [EBX] and as the immediate operand.
    std::int64_t value = 5;
    bool holds = false;  ///< the condition, where there is one
};

/// All that is to be run of a row: the ends of each range of clocks, and something between them.
[[nodiscard]] std::vector<Given> givens(const cpu::timing::ClockRow& row);

/// What the row calls n.
[[nodiscard]] std::uint64_t n_of(const cpu::timing::ClockRow& row, const Given& given);

/// Registers, flags and memory such that an instruction of the row does its work.
void prepare(Stage& stage, const cpu::timing::ClockRow& row, const Given& given);

}  // namespace ringside::test
