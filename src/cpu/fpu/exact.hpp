// SPDX-License-Identifier: MIT
#pragma once

#include "cpu/fpu/rounding.hpp"

namespace ringside::cpu::fpu {

// Arithmetic on finite numbers, whose significands are normalised, with nothing rounded: bit 0 of
// a result stands for everything below it, see Exact.

/// The sum; a significand of zero when the numbers cancel out.
[[nodiscard]] Exact sum_of(Exact a, Exact b);
/// Of significands of at most 64 bits.
[[nodiscard]] Exact product_of(const Exact& a, const Exact& b);
[[nodiscard]] Exact quotient_of(const Exact& a, const Exact& b);
/// The square root of a positive number.
[[nodiscard]] Exact root_of(const Exact& x);

}  // namespace ringside::cpu::fpu
