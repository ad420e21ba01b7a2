// SPDX-License-Identifier: MIT
#include "cpu/fpu/remainder.hpp"

#include <algorithm>

#include "cpu/fpu/convert.hpp"
#include "cpu/fpu/operand.hpp"
#include "cpu/fpu/rounding.hpp"

namespace ringside::cpu::fpu {
namespace {

std::uint16_t quotient_bits(std::uint64_t quotient) {
    return static_cast<std::uint16_t>(((quotient & 4U) != 0 ? status::c0 : 0U) |
                                      ((quotient & 2U) != 0 ? status::c3 : 0U) |
                                      ((quotient & 1U) != 0 ? status::c1 : 0U));
}

/// An exact difference as a register value; the rounding has nothing to round.
Result rounded_remainder(bool negative, int exponent, std::uint64_t significand, Control control) {
    if (significand == 0) {
        return {zero(negative), 0};
    }
    return round_to_register({negative, exponent, wide(significand)}, control, 64);
}

Result reduce(const Exact& a, const Exact& b, Quotient kind, Control control) {
    const std::uint64_t divisor = high_half(b.significand);
    const std::uint64_t dividend = high_half(a.significand);
    const int distance = a.exponent - b.exponent;
    if (distance >= 64) {
        // The step takes away a multiple of the divisor that leaves the exponents a multiple of
        // 32 closer.
        const int step = 32 + distance % 32;
        const Uint128 rest = (Uint128{dividend} << step) % divisor;
        Result r = rounded_remainder(a.negative, a.exponent - step, low_half(rest), control);
        r.status |= status::c2;
        return r;
    }
    std::uint64_t quotient = 0;
    std::uint64_t rest = dividend;
    int exponent = a.exponent;
    if (distance >= 0) {
        const Uint128 shifted = Uint128{dividend} << distance;
        quotient = low_half(shifted / divisor);
        rest = low_half(shifted % divisor);
        exponent = b.exponent;
    }
    bool negative = a.negative;
    if (kind == Quotient::nearest && distance >= -1) {
        // Twice the rest against the divisor, in units of the rest.
        const Uint128 unit = Uint128{divisor} << (distance < 0 ? 1 : 0);
        const Uint128 twice = Uint128{rest} << 1;
        if (twice > unit || (twice == unit && (quotient & 1U) != 0)) {
            rest = low_half(unit - rest);
            negative = !negative;
            ++quotient;
        }
    }
    Result r = rounded_remainder(rest == 0 ? a.negative : negative, exponent, rest, control);
    r.status |= quotient_bits(quotient);
    return r;
}

}  // namespace

Result partial_remainder(Float80 dividend, Float80 divisor, Quotient quotient, Control control) {
    if (const auto invalid = invalid_operands(dividend, divisor)) {
        return *invalid;
    }
    if (dividend.kind() == Kind::infinity || divisor.kind() == Kind::zero) {
        return invalid_result();
    }
    const std::uint16_t before = denormal_status({dividend}, {divisor});
    if (control.unmasked(before) != 0) {
        return {dividend, before};
    }
    if (dividend.kind() == Kind::zero) {
        return {dividend, before};
    }
    if (divisor.kind() == Kind::infinity) {
        Result r = round_to_register(exact_of(dividend), control, 64);
        r.status |= before;
        return r;
    }
    Result r = reduce(exact_of(dividend), exact_of(divisor), quotient, control);
    r.status |= before;
    return r;
}

Result scale(Float80 value, Float80 exponent, Control control) {
    if (const auto invalid = invalid_operands(value, exponent)) {
        return *invalid;
    }
    const std::uint16_t before = denormal_status({value}, {exponent});
    const Kind kind = value.kind();
    if (exponent.kind() == Kind::infinity) {
        const bool shrinks = exponent.sign();
        if (kind == (shrinks ? Kind::infinity : Kind::zero)) {
            return invalid_result();
        }
        return {shrinks ? zero(value.sign()) : infinity(value.sign()), before};
    }
    if (kind == Kind::zero || kind == Kind::infinity || control.unmasked(before) != 0) {
        return {value, before};
    }
    // 2^17 is beyond every difference of two exponents, wrapped or not.
    constexpr std::int64_t far = std::int64_t{1} << 17;
    std::int64_t by = 0;
    if (exponent.kind() != Kind::zero) {
        const auto whole = to_integer(exponent, 64, Rounding::to_zero);
        by = (whole.status & status::invalid) != 0
                 ? (exponent.sign() ? -far : far)
                 : std::clamp(static_cast<std::int64_t>(whole.bits), -far, far);
    }
    Exact x = exact_of(value);
    x.exponent += static_cast<int>(by);
    Result r = round_to_register(x, control, 64);
    r.status |= before;
    return r;
}

Extracted extract(Float80 value) {
    if (const auto invalid = invalid_operand(value)) {
        return {invalid->value, invalid->value, invalid->status};
    }
    if (value.kind() == Kind::infinity) {
        return {infinity(), value, 0};
    }
    if (value.kind() == Kind::zero) {
        return {infinity(true), value, status::zero_divide};
    }
    const Exact x = exact_of(value);
    return {from_integer(x.exponent),
            make_float80(x.negative, Float80::bias, high_half(x.significand)),
            denormal_status({value})};
}

}  // namespace ringside::cpu::fpu
