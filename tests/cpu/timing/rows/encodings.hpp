// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <vector>

#include "cpu/timing/clock_row.hpp"
#include "cpu/timing/rows/stage.hpp"

namespace ringside::test {

/// Encodings of every instruction that a row answers for: each mnemonic of its key that the model
/// has, in each operand size and with each kind of register that its form has room for. Every
/// immediate operand is `immediate`, where the form has one. General registers are ECX and, in
/// front of another, EDX; memory is [EBX], or [BX] in 16-bit code.
[[nodiscard]] std::vector<Bytes> encodings(const cpu::timing::ClockRow& row, cpu::Model model,
                                           bool code32, std::int64_t immediate);

}  // namespace ringside::test
