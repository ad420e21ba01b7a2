// SPDX-License-Identifier: MIT
#include <utility>

#include "cpu/fpu/arithmetic.hpp"
#include "cpu/fpu/operand.hpp"
#include "cpu/fpu/rounding.hpp"

namespace ringside::cpu::fpu {
namespace {

/// Adds what was found before the result to what rounding found.
Result with_status(Result r, std::uint16_t before) {
    r.status |= before;
    return r;
}

/// Adds `before` to the rounded result, unless an exception of it is unmasked: then there is none.
Result finish(const Exact& exact, std::uint16_t before, Control control) {
    if (control.unmasked(before) != 0) {
        return {{}, before};
    }
    return with_status(round_to_register(exact, control, control.precision()), before);
}

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

Result add_signed(Source a, Source b, bool subtracting, Control control) {
    if (const auto invalid = invalid_operands(a.value, b.value)) {
        return *invalid;
    }
    const Float80 addend = subtracting ? b.value.negated() : b.value;
    const std::uint16_t before = denormal_status(a, b);
    const bool a_infinite = a.value.kind() == Kind::infinity;
    const bool b_infinite = addend.kind() == Kind::infinity;
    if (a_infinite && b_infinite && a.value.sign() != addend.sign()) {
        return invalid_result();
    }
    if (a_infinite || b_infinite) {
        return {a_infinite ? a.value : addend, before};
    }
    const bool a_zero = a.value.kind() == Kind::zero;
    const bool b_zero = addend.kind() == Kind::zero;
    const bool down = control.rounding() == Rounding::down;
    if (a_zero && b_zero) {
        return {zero(a.value.sign() == addend.sign() ? a.value.sign() : down), before};
    }
    if (a_zero || b_zero) {
        return finish(exact_of(a_zero ? addend : a.value), before, control);
    }
    const Exact sum = sum_of(exact_of(a.value), exact_of(addend));
    if (sum.significand == 0) {
        return {zero(down), before};
    }
    return finish(sum, before, control);
}

Result add(Source a, Source b, Control control) {
    return add_signed(a, b, false, control);
}

Result subtract(Source a, Source b, Control control) {
    return add_signed(a, b, true, control);
}

Result multiply(Source a, Source b, Control control) {
    if (const auto invalid = invalid_operands(a.value, b.value)) {
        return *invalid;
    }
    const bool negative = a.value.sign() != b.value.sign();
    const bool infinite = a.value.kind() == Kind::infinity || b.value.kind() == Kind::infinity;
    const bool nothing = a.value.kind() == Kind::zero || b.value.kind() == Kind::zero;
    if (infinite && nothing) {
        return invalid_result();
    }
    const std::uint16_t before = denormal_status(a, b);
    if (infinite || nothing) {
        return {infinite ? infinity(negative) : zero(negative), before};
    }
    const Exact x = exact_of(a.value);
    const Exact y = exact_of(b.value);
    const Uint128 product = Uint128{high_half(x.significand)} * high_half(y.significand);
    return finish({negative, x.exponent + y.exponent + 1, product}, before, control);
}

/// A quotient of two normalised significands with a sticky bit, scaled so that bit 127 is set.
Exact quotient_of(const Exact& a, const Exact& b, bool negative) {
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
    return {negative, exponent, significand | (rest != 0 ? 1U : 0U)};
}

Result divide(Source a, Source b, Control control) {
    if (const auto invalid = invalid_operands(a.value, b.value)) {
        return *invalid;
    }
    const bool negative = a.value.sign() != b.value.sign();
    const Kind dividend = a.value.kind();
    const Kind divisor = b.value.kind();
    if ((dividend == Kind::infinity && divisor == Kind::infinity) ||
        (dividend == Kind::zero && divisor == Kind::zero)) {
        return invalid_result();
    }
    const std::uint16_t before = denormal_status(a, b);
    if (dividend == Kind::infinity) {
        return {infinity(negative), before};
    }
    if (divisor == Kind::zero) {
        // ZE goes before DE.
        return {infinity(negative), status::zero_divide};
    }
    if (dividend == Kind::zero || divisor == Kind::infinity) {
        return {zero(negative), before};
    }
    return finish(quotient_of(exact_of(a.value), exact_of(b.value), negative), before, control);
}

struct Root {
    std::uint64_t root;
    Uint128 rest;
};

/// The integer square root of a number of at least 2^126.
Root root_of(Uint128 square) {
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

Result square_root(Source a, Control control) {
    if (const auto invalid = invalid_operand(a.value)) {
        return *invalid;
    }
    const Kind kind = a.value.kind();
    if (kind == Kind::zero) {
        return {a.value, 0};
    }
    if (a.value.sign()) {
        return invalid_result();
    }
    if (kind == Kind::infinity) {
        return {a.value, 0};
    }
    const Exact x = exact_of(a.value);
    const bool odd = (x.exponent & 1) != 0;
    const Root r = root_of(odd ? x.significand : x.significand >> 1);
    // (root + 1/2)^2 is not a whole number, so the next bit of the root is exactly rest > root.
    const std::uint64_t below =
        (r.rest > r.root ? Float80::integer_bit : 0U) | (r.rest != 0 ? 1U : 0U);
    return finish({false, (x.exponent - (odd ? 1 : 0)) / 2, wide(r.root, below)},
                  denormal_status(a), control);
}

constexpr Arithmetic soft{"soft", &add, &subtract, &multiply, &divide, &square_root};

}  // namespace

const Arithmetic& soft_arithmetic() {
    return soft;
}

}  // namespace ringside::cpu::fpu
