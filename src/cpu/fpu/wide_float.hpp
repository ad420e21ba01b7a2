// SPDX-License-Identifier: MIT
#pragma once

#include "cpu/fpu/rounding.hpp"
#include "cpu/fpu/wide_integer.hpp"

namespace ringside::cpu::fpu {

// Arithmetic on Exact as a floating-point format of 128 bits, for functions whose result is
// irrational: results are cut off, not rounded, with an error below 2^-126 of their size. Operands
// and results are normalised; only add() gives zero.

/// The upper half of a product; what is cut off is lost.
[[nodiscard]] Uint128 multiply_high(Uint128 a, Uint128 b);

[[nodiscard]] Exact multiply(const Exact& a, const Exact& b);
[[nodiscard]] Exact divide(const Exact& a, const Exact& b);
[[nodiscard]] Exact add(const Exact& a, const Exact& b);
[[nodiscard]] Exact negated(const Exact& a);

/// fraction / 2^128.
[[nodiscard]] Exact from_fraction(Uint128 fraction);
/// |a| as a fraction of 2^128; |a| < 1.
[[nodiscard]] Uint128 to_fraction(const Exact& a);
[[nodiscard]] Exact from_whole(int value);

/// Marks a number as not exact, so that it rounds as what lies just above its magnitude.
[[nodiscard]] inline Exact with_sticky(Exact a) {
    a.significand |= 1U;
    return a;
}

}  // namespace ringside::cpu::fpu
