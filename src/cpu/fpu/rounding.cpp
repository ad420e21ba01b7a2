// SPDX-License-Identifier: MIT
#include "cpu/fpu/rounding.hpp"

namespace ringside::cpu::fpu {
namespace {

struct Cut {
    std::uint64_t significand;  ///< at the top of the word
    bool carried;               ///< out of bit 63: the significand is 1.0 of the next exponent
    bool inexact;
    bool away;
};

/// The top `precision` bits of a 128-bit significand, rounded.
Cut cut(Uint128 significand, unsigned precision, bool negative, Rounding mode) {
    const unsigned dropped = 128 - precision;
    const Uint128 unit = Uint128{1} << dropped;
    const Uint128 fraction = significand & (unit - 1);
    const bool odd = (significand & unit) != 0;
    Cut result{high_half(significand - fraction), false, fraction != 0,
               rounds_away(mode, negative, odd, fraction, unit >> 1)};
    if (result.away) {
        const std::uint64_t step = high_half(unit);
        result.significand += step;
        result.carried = result.significand < step;
        if (result.carried) {
            result.significand = Float80::integer_bit;
        }
    }
    return result;
}

Rounded overflowed(const Format& format, bool negative, Rounding mode) {
    Rounded r;
    const bool away = mode == Rounding::nearest || (mode == Rounding::up && !negative) ||
                      (mode == Rounding::down && negative);
    r.status = status::overflow | status::inexact;
    if (away) {
        r.is = Rounded::Class::infinity;
        r.status |= status::c1;
    } else {
        r.is = Rounded::Class::finite;
        r.exponent = format.largest_exponent;
        r.significand = ~std::uint64_t{0} << (64 - format.precision);
    }
    return r;
}

std::uint16_t rounding_status(const Cut& c) {
    return static_cast<std::uint16_t>((c.inexact ? status::inexact : 0U) |
                                      (c.away ? status::c1 : 0U));
}

}  // namespace

Exact Exact::normalized() const {
    if (significand == 0) {
        return *this;
    }
    const int shift = leading_zeros(significand);
    return {negative, exponent - shift, significand << shift};
}

Exact exact_of(Float80 value) {
    const int exponent = value.exponent() == 0 ? 1 : value.exponent();
    return Exact{value.sign(), exponent - Float80::bias, wide(value.significand)}.normalized();
}

Rounded round(const Exact& given, const Format& format, Control control) {
    const Exact exact = given.normalized();
    if (exact.significand == 0) {
        return {};
    }
    const Rounding mode = control.rounding();
    const Cut unbounded = cut(exact.significand, format.precision, exact.negative, mode);
    Rounded r;
    r.is = Rounded::Class::finite;
    r.exponent = exact.exponent + (unbounded.carried ? 1 : 0);
    r.significand = unbounded.significand;
    r.status = rounding_status(unbounded);
    if (r.exponent > format.largest_exponent) {
        if (control.masks(status::overflow)) {
            return overflowed(format, exact.negative, mode);
        }
        r.status |= status::overflow;
        r.exponent -= format.wrap;
        if (r.exponent > format.largest_exponent) {
            // FSCALE only: beyond even the wrapped range, whatever the rounding mode.
            r.is = Rounded::Class::infinity;
            r.status = status::overflow | status::inexact | status::c1;
        }
        return r;
    }
    if (exact.exponent >= format.smallest_exponent) {
        return r;
    }
    const bool tiny = r.exponent < format.smallest_exponent;
    if (!control.masks(status::underflow)) {
        if (tiny) {
            r.status |= status::underflow;
            r.exponent += format.wrap;
            if (r.exponent < format.smallest_exponent) {
                r.is = Rounded::Class::zero;
                r.status = status::underflow | status::inexact;
            }
        }
        return r;
    }
    const auto shift = static_cast<unsigned>(format.smallest_exponent - exact.exponent);
    const Cut bounded =
        cut(shift_right_sticky(exact.significand, shift), format.precision, exact.negative, mode);
    r.exponent = format.smallest_exponent;
    r.significand = bounded.significand;
    r.status = rounding_status(bounded);
    if (tiny && bounded.inexact) {
        r.status |= status::underflow;
    }
    if (r.significand == 0) {
        r.is = Rounded::Class::zero;
    }
    return r;
}

Result round_to_register(const Exact& exact, Control control, unsigned precision) {
    const Rounded r = round(exact, extended_format(precision), control);
    switch (r.is) {
        case Rounded::Class::zero: return {zero(exact.negative), r.status};
        case Rounded::Class::infinity: return {infinity(exact.negative), r.status};
        case Rounded::Class::finite: break;
    }
    const bool denormal = (r.significand & Float80::integer_bit) == 0;
    const auto biased = static_cast<unsigned>(denormal ? 0 : r.exponent + Float80::bias);
    return {make_float80(exact.negative, biased, r.significand), r.status};
}

}  // namespace ringside::cpu::fpu
