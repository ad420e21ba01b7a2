// SPDX-License-Identifier: MIT
#include "cpu/fpu/elementary.hpp"

namespace ringside::cpu::fpu {
namespace {

constexpr Exact natural_logarithm_of_2{false, -1, wide(0xB17217F7D1CF79AB, 0xC9E3B39803F2F6AF)};
constexpr Exact logarithm_of_e{false, 0, wide(0xB8AA3B295C17F0BB, 0xBE87FED0691D3E88)};

/// log2((1 + s) / (1 - s)) = 2 / ln 2 * (s + s^3/3 + s^5/5 + ...) for |s| < 0.2, not zero.
Exact series(const Exact& s) {
    const Uint128 square = to_fraction(multiply(s, s));
    Uint128 power = square;
    Uint128 more = 0;  // series / s - 1
    for (unsigned n = 3; power != 0; n += 2) {
        more += power / n;
        power = multiply_high(power, square);
    }
    const Exact factor{false, 0, (Uint128{1} << 127) | (more >> 1)};
    Exact result = multiply(multiply(s, factor), logarithm_of_e);
    ++result.exponent;
    return with_sticky(result);
}

/// log2(1 + x) where that is the shortest way: 1 + x from sqrt(1/2) to sqrt(2).
Exact near_one(const Exact& x) {
    return series(divide(x, add(from_whole(2), x)));
}

}  // namespace

Exact power_of_two_minus_1(const Exact& x) {
    const Exact t = multiply(x, natural_logarithm_of_2);
    const Uint128 magnitude = to_fraction(t);
    // (e^t - 1) / t = 1 + t/2! + t^2/3! + ..., halved to have room above 1.
    Uint128 term = Uint128{1} << 127;
    Uint128 sum = 0;
    bool minus = false;
    for (unsigned n = 2; term != 0; ++n) {
        sum = minus ? sum - term : sum + term;
        minus = t.negative && !minus;
        term = multiply_high(term, magnitude) / n;
    }
    return with_sticky(multiply(t, Exact{false, 0, sum}.normalized()));
}

Exact logarithm(const Exact& x) {
    // sqrt(2), to decide between two representations only.
    constexpr std::uint64_t root = 0xB504F333F9DE6484;
    const bool upper = high_half(x.significand) >= root;
    const int whole = x.exponent + (upper ? 1 : 0);
    const Exact above_one = add({false, upper ? -1 : 0, x.significand}, negated(from_whole(1)));
    if (above_one.significand == 0) {
        return from_whole(whole);
    }
    const Exact fraction = near_one(above_one);
    return with_sticky(whole == 0 ? fraction : add(from_whole(whole), fraction));
}

Exact logarithm_of_1_plus(const Exact& x) {
    // |x| up to 1/4 is inside of near_one's range.
    return x.exponent < -2 ? near_one(x) : logarithm(add(from_whole(1), x));
}

}  // namespace ringside::cpu::fpu
