// SPDX-License-Identifier: MIT
#pragma once

#include "cpu/fpu/wide_float.hpp"

namespace ringside::cpu::fpu {

// The transcendental functions on finite, non-zero, normalised numbers. Results are irrational
// where nothing else is said, carry a sticky bit, and are good to 2^-118 of their size, so that
// rounding them to 64 bits gives the correctly rounded result but for one case in 2^50 or so.

struct SineCosine {
    Exact sine;
    Exact cosine;
};
/// Of |x| < 2^63. The argument is reduced by the pi of 66 bits that every x87 uses, and what is
/// left is taken as exact. SDM vol. 1, 8.3.8.
[[nodiscard]] SineCosine sine_cosine(const Exact& x);
[[nodiscard]] Exact tangent(const Exact& x);

/// The angle of the point (x, y), in (-pi, pi].
[[nodiscard]] Exact arctangent(const Exact& y, const Exact& x);

/// 2^x - 1 for |x| < 1.
[[nodiscard]] Exact power_of_two_minus_1(const Exact& x);

/// log2(x) for x > 0. Exact, and without a sticky bit, for powers of two; zero for 1.
[[nodiscard]] Exact logarithm(const Exact& x);

/// log2(1 + x) for x > -1.
[[nodiscard]] Exact logarithm_of_1_plus(const Exact& x);

// Constants to 128 bits.
[[nodiscard]] Exact pi();

}  // namespace ringside::cpu::fpu
