// SPDX-License-Identifier: MIT
#pragma once

#include "cpu/fpu/result.hpp"

namespace ringside::cpu::fpu {

enum class Quotient : std::uint8_t { truncated, nearest };  ///< FPREM, FPREM1

/// One step of the partial remainder; `status` also has C2 (not finished) or, when finished, the
/// three lowest bits of the quotient in C0, C3 and C1.
[[nodiscard]] Result partial_remainder(Float80 dividend, Float80 divisor, Quotient quotient,
                                       Control control);

/// FSCALE: value * 2^trunc(exponent).
[[nodiscard]] Result scale(Float80 value, Float80 exponent, Control control);

struct Extracted {
    Float80 exponent;
    Float80 significand;
    std::uint16_t status = 0;
};
/// FXTRACT.
[[nodiscard]] Extracted extract(Float80 value);

}  // namespace ringside::cpu::fpu
