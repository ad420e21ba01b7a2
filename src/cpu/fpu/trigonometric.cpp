// SPDX-License-Identifier: MIT
#include "cpu/fpu/elementary.hpp"

#include <utility>

namespace ringside::cpu::fpu {
namespace {

/// Half of the x87's pi, in units of 2^-67.
constexpr Uint128 right_angle = wide(0xC, 0x90FDAA22168C234C);
constexpr int unit_bits = 67;

struct Reduced {
    Exact rest;         ///< at most half a right angle, and never zero
    unsigned quadrant;  ///< 0 to 3
};

/// |x| without its right angles. No multiple of this pi is a number of 64 bits.
Reduced reduce(const Exact& x) {
    const Exact positive{false, x.exponent, x.significand};
    if (x.exponent < -1) {
        return {positive, 0};
    }
    // The significand, taken as the integer m of 64 bits, counts units of 2^(exponent - 63).
    Uint128 rest = high_half(x.significand);
    unsigned quotient = 0;
    for (int shift = x.exponent - 63 + unit_bits; shift > 0; --shift) {
        rest <<= 1;
        quotient <<= 1;
        if (rest >= right_angle) {
            rest -= right_angle;
            quotient |= 1U;
        }
    }
    const bool above_half = (rest << 1) > right_angle;
    if (above_half) {
        rest = right_angle - rest;
        ++quotient;
    }
    return {Exact{above_half, 127 - unit_bits, rest}.normalized(), quotient & 3U};
}

/// sin(t) for t up to half a right angle.
Exact sine_series(const Exact& t) {
    const Uint128 square = to_fraction(multiply(t, t));
    Uint128 term = square / 6;
    Uint128 less = 0;  // 1 - sin(t) / t
    for (unsigned n = 4; term != 0; n += 2) {
        less = (n & 2U) == 0 ? less + term : less - term;
        term = multiply_high(term, square) / (n * (n + 1));
    }
    return with_sticky(multiply(t, from_fraction(-(less == 0 ? Uint128{1} : less))));
}

/// cos(t) for the same t.
Exact cosine_series(const Exact& t) {
    const Uint128 square = to_fraction(multiply(t, t));
    Uint128 term = square / 2;
    Uint128 less = 0;  // 1 - cos(t)
    for (unsigned n = 3; term != 0; n += 2) {
        less = (n & 2U) != 0 ? less + term : less - term;
        term = multiply_high(term, square) / (n * (n + 1));
    }
    return with_sticky(from_fraction(-(less == 0 ? Uint128{1} : less)));
}

}  // namespace

SineCosine sine_cosine(const Exact& x) {
    const Reduced r = reduce(x);
    Exact sine = sine_series(r.rest);
    Exact cosine = cosine_series(r.rest);
    if ((r.quadrant & 1U) != 0) {
        std::swap(sine, cosine);
        cosine.negative = !cosine.negative;
    }
    if ((r.quadrant & 2U) != 0) {
        sine.negative = !sine.negative;
        cosine.negative = !cosine.negative;
    }
    if (x.negative) {
        sine.negative = !sine.negative;
    }
    return {sine, cosine};
}

Exact tangent(const Exact& x) {
    // tan(x) lies above |x| by less than a quotient of two cut off numbers could tell.
    if (x.exponent <= -40) {
        return with_sticky(x);
    }
    const SineCosine both = sine_cosine(x);
    return with_sticky(divide(both.sine, both.cosine));
}

}  // namespace ringside::cpu::fpu
