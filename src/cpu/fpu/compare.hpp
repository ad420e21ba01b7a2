// SPDX-License-Identifier: MIT
#pragma once

#include "cpu/fpu/result.hpp"

namespace ringside::cpu::fpu {

enum class Order : std::uint8_t { greater, less, equal, unordered };

struct Comparison {
    Order order = Order::unordered;
    std::uint16_t status = 0;  ///< exceptions
};

/// Whether a quiet NaN is an invalid operand (FCOM, FCOMI, FTST, FICOM) or not (FUCOM, FUCOMI).
enum class QuietNan : std::uint8_t { invalid, unordered };

[[nodiscard]] Comparison compare(Source a, Source b, QuietNan quiet);

/// C3, C2 and C0 of FCOM and its like.
[[nodiscard]] std::uint16_t condition_codes(Order order);

/// C3 to C0 of FXAM for a register that is not empty. SDM vol. 2, FXAM.
[[nodiscard]] std::uint16_t examine(Float80 value);

}  // namespace ringside::cpu::fpu
