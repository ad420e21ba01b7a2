// SPDX-License-Identifier: MIT
#include "cpu/fpu/exact.hpp"

#include <utility>

namespace ringside::cpu::fpu {
namespace {

struct Root {
    std::uint64_t root;
    Uint128 rest;
};

/// The integer square root of a number of at least 2^126.
Root whole_root(Uint128 square) {
    Uint128 rest = 0;
    std::uint64_t root = 0;
    for (int place = 126; place >= 0; place -= 2) {
        rest = (rest << 2) | ((square >> place) & 3U);
        const Uint128 trial = (Uint128{root} << 2) | 1U;
        root <<= 1;
        if (rest >= trial) {
            rest -= trial;
            root |= 1U;
        }
    }
    return {root, rest};
}

}  // namespace

Exact sum_of(Exact a, Exact b) {
    if (a.exponent < b.exponent) {
        std::swap(a, b);
    }
    // One bit of room for the carry. The 63 bits below the larger significand hold every bit of
    // the smaller one wherever cancellation goes deeper than one bit.
    const Uint128 large = a.significand >> 1;
    const auto distance = static_cast<unsigned>(a.exponent - b.exponent);
    const Uint128 small = shift_right_sticky(b.significand >> 1, distance);
    if (a.negative == b.negative) {
        return {a.negative, a.exponent + 1, large + small};
    }
    return large >= small ? Exact{a.negative, a.exponent + 1, large - small}
                          : Exact{b.negative, a.exponent + 1, small - large};
}

Exact product_of(const Exact& a, const Exact& b) {
    const Uint128 product = Uint128{high_half(a.significand)} * high_half(b.significand);
    return {a.negative != b.negative, a.exponent + b.exponent + 1, product};
}

Exact quotient_of(const Exact& a, const Exact& b) {
    const std::uint64_t divisor = high_half(b.significand);
    Uint128 rest = high_half(a.significand);
    int exponent = a.exponent - b.exponent;
    if (rest < divisor) {
        rest <<= 1;
        --exponent;
    }
    rest -= divisor;
    std::uint64_t parts[2];
    for (std::uint64_t& part : parts) {
        const Uint128 dividend = rest << 63;
        part = low_half(dividend / divisor);
        rest = dividend % divisor;
    }
    const Uint128 significand =
        (Uint128{1} << 127) | (Uint128{parts[0]} << 64) | (Uint128{parts[1]} << 1);
    return {a.negative != b.negative, exponent, significand | (rest != 0 ? 1U : 0U)};
}

Exact root_of(const Exact& x) {
    const bool odd = (x.exponent & 1) != 0;
    const Root r = whole_root(odd ? x.significand : x.significand >> 1);
    // (root + 1/2)^2 is not a whole number, so the next bit of the root is exactly rest > root.
    const std::uint64_t below =
        (r.rest > r.root ? Float80::integer_bit : 0U) | (r.rest != 0 ? 1U : 0U);
    return {false, (x.exponent - (odd ? 1 : 0)) / 2, wide(r.root, below)};
}

}  // namespace ringside::cpu::fpu
