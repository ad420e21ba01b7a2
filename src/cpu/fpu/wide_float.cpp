// SPDX-License-Identifier: MIT
#include "cpu/fpu/wide_float.hpp"

#include <utility>

namespace ringside::cpu::fpu {

Uint128 multiply_high(Uint128 a, Uint128 b) {
    const Uint128 low = Uint128{low_half(a)} * low_half(b);
    const Uint128 first = Uint128{high_half(a)} * low_half(b) + high_half(low);
    const Uint128 second = Uint128{low_half(a)} * high_half(b) + low_half(first);
    return Uint128{high_half(a)} * high_half(b) + high_half(first) + high_half(second);
}

Exact multiply(const Exact& a, const Exact& b) {
    return Exact{a.negative != b.negative, a.exponent + b.exponent + 1,
                 multiply_high(a.significand, b.significand)}
        .normalized();
}

Exact divide(const Exact& a, const Exact& b) {
    Uint128 rest = a.significand;
    Uint128 quotient = 0;
    int exponent = a.exponent - b.exponent;
    bool carry = false;
    if (rest < b.significand) {
        --exponent;
        carry = (rest >> 127) != 0;
        rest <<= 1;
    }
    for (int place = 127; place >= 0; --place) {
        if (carry || rest >= b.significand) {
            rest -= b.significand;
            quotient |= Uint128{1} << place;
        }
        carry = (rest >> 127) != 0;
        rest <<= 1;
    }
    return {a.negative != b.negative, exponent, quotient};
}

Exact add(const Exact& first, const Exact& second) {
    Exact a = first;
    Exact b = second;
    if (a.exponent < b.exponent) {
        std::swap(a, b);
    }
    const Uint128 large = a.significand >> 1;
    const Uint128 small =
        shift_right_sticky(b.significand >> 1, static_cast<unsigned>(a.exponent - b.exponent));
    if (a.negative == b.negative) {
        return Exact{a.negative, a.exponent + 1, large + small}.normalized();
    }
    return (large >= small ? Exact{a.negative, a.exponent + 1, large - small}
                           : Exact{b.negative, a.exponent + 1, small - large})
        .normalized();
}

Exact negated(const Exact& a) {
    return {!a.negative, a.exponent, a.significand};
}

Exact from_fraction(Uint128 fraction) {
    return Exact{false, -1, fraction}.normalized();
}

Uint128 to_fraction(const Exact& a) {
    const int shift = -1 - a.exponent;
    return shift >= 128 ? 0 : a.significand >> shift;
}

Exact from_whole(int value) {
    const bool negative = value < 0;
    return Exact{negative, 127, static_cast<unsigned>(negative ? -value : value)}.normalized();
}

}  // namespace ringside::cpu::fpu
