// SPDX-License-Identifier: MIT
#include "cpu/fpu/convert.hpp"

#include <bit>

#include "cpu/fpu/operand.hpp"
#include "cpu/fpu/rounding.hpp"

namespace ringside::cpu::fpu {
namespace {

/// Where the fields of an IEEE interchange format lie.
struct Layout {
    unsigned fraction_bits;
    unsigned exponent_bits;

    [[nodiscard]] constexpr int bias() const { return (1 << (exponent_bits - 1)) - 1; }
    [[nodiscard]] constexpr unsigned largest_exponent() const { return (1U << exponent_bits) - 1; }
    [[nodiscard]] constexpr unsigned width() const { return fraction_bits + exponent_bits + 1; }
    [[nodiscard]] constexpr std::uint64_t sign_bit(bool negative) const {
        return std::uint64_t{negative} << (width() - 1);
    }
};
constexpr Layout single_layout{23, 8};
constexpr Layout double_layout{52, 11};

Source unpack(std::uint64_t bits, Layout layout) {
    const bool negative = ((bits >> (layout.width() - 1)) & 1U) != 0;
    const auto exponent =
        static_cast<unsigned>(bits >> layout.fraction_bits) & layout.largest_exponent();
    const std::uint64_t fraction = bits << (64 - layout.fraction_bits) >> 1;
    if (exponent == layout.largest_exponent()) {
        return {make_float80(negative, Float80::largest_exponent, Float80::integer_bit | fraction)};
    }
    if (exponent != 0) {
        const auto biased =
            static_cast<unsigned>(static_cast<int>(exponent) - layout.bias() + Float80::bias);
        return {make_float80(negative, biased, Float80::integer_bit | fraction)};
    }
    if (fraction == 0) {
        return {zero(negative)};
    }
    const int shift = std::countl_zero(fraction);
    const auto biased = static_cast<unsigned>(1 - layout.bias() - shift + Float80::bias);
    return {make_float80(negative, biased, fraction << shift), true};
}

std::uint64_t packed(bool negative, unsigned exponent, std::uint64_t significand, Layout layout) {
    const std::uint64_t fraction = significand << 1 >> (64 - layout.fraction_bits);
    return layout.sign_bit(negative) | (std::uint64_t{exponent} << layout.fraction_bits) | fraction;
}

Stored<std::uint64_t> pack(Float80 value, Layout layout, const Format& format, Control control) {
    const bool negative = value.sign();
    if (const auto invalid = invalid_operand(value)) {
        return {packed(invalid->value.sign(), layout.largest_exponent(), invalid->value.significand,
                       layout),
                invalid->status};
    }
    if (value.kind() == Kind::zero) {
        return {layout.sign_bit(negative), 0};
    }
    if (value.kind() == Kind::infinity) {
        return {packed(negative, layout.largest_exponent(), 0, layout), 0};
    }
    const Rounded r = round(exact_of(value), format, control);
    switch (r.is) {
        case Rounded::Class::zero: return {layout.sign_bit(negative), r.status};
        case Rounded::Class::infinity:
            return {packed(negative, layout.largest_exponent(), 0, layout), r.status};
        case Rounded::Class::finite: break;
    }
    const bool denormal = (r.significand & Float80::integer_bit) == 0;
    const auto exponent = static_cast<unsigned>(denormal ? 0 : r.exponent + layout.bias());
    return {packed(negative, exponent & layout.largest_exponent(), r.significand, layout),
            r.status};
}

struct Whole {
    Uint128 magnitude;  ///< saturated far above every integer format
    std::uint16_t status;
};

/// |value| as a whole number.
Whole whole(Float80 value, Rounding mode) {
    const Exact x = exact_of(value);
    if (x.exponent >= 100) {
        return {~Uint128{0}, 0};
    }
    if (x.exponent < -1) {
        const bool away = rounds_away(mode, x.negative, false, 1, 2);
        return {away ? 1U : 0U,
                static_cast<std::uint16_t>(status::inexact | (away ? status::c1 : 0U))};
    }
    const auto fraction_bits = static_cast<unsigned>(127 - x.exponent);
    const Uint128 magnitude = fraction_bits == 128 ? 0 : x.significand >> fraction_bits;
    const Uint128 fraction =
        fraction_bits == 128 ? x.significand : x.significand & ((Uint128{1} << fraction_bits) - 1);
    const bool away = rounds_away(mode, x.negative, (magnitude & 1U) != 0, fraction,
                                  Uint128{1} << (fraction_bits - 1));
    return {magnitude + (away ? 1U : 0U),
            static_cast<std::uint16_t>((fraction != 0 ? status::inexact : 0U) |
                                       (away ? status::c1 : 0U))};
}

}  // namespace

Source from_single(std::uint32_t bits) {
    return unpack(bits, single_layout);
}

Source from_double(std::uint64_t bits) {
    return unpack(bits, double_layout);
}

Float80 from_integer(std::int64_t value) {
    if (value == 0) {
        return zero();
    }
    const bool negative = value < 0;
    const auto bits = static_cast<std::uint64_t>(value);
    const std::uint64_t magnitude = negative ? ~bits + 1 : bits;
    const int shift = std::countl_zero(magnitude);
    return make_float80(negative, static_cast<unsigned>(Float80::bias + 63 - shift),
                        magnitude << shift);
}

Result loaded(Source source) {
    if (const auto invalid = invalid_operand(source.value)) {
        return *invalid;
    }
    return {source.value, source.was_denormal ? status::denormal : std::uint16_t{0}};
}

Stored<std::uint32_t> to_single(Float80 value, Control control) {
    const auto r = pack(value, single_layout, single_format, control);
    return {static_cast<std::uint32_t>(r.bits), r.status};
}

Stored<std::uint64_t> to_double(Float80 value, Control control) {
    return pack(value, double_layout, double_format, control);
}

Stored<std::uint64_t> to_integer(Float80 value, unsigned width, Rounding rounding) {
    const std::uint64_t sign_place = std::uint64_t{1} << (width - 1);
    const Stored<std::uint64_t> invalid{sign_place, status::invalid};
    if (value.kind() == Kind::zero) {
        return {};
    }
    if (!value.is_finite()) {
        return invalid;
    }
    const Whole w = whole(value, rounding);
    if (w.magnitude > sign_place - (value.sign() ? 0U : 1U)) {
        return invalid;
    }
    const std::uint64_t magnitude = low_half(w.magnitude);
    return {value.sign() ? ~magnitude + 1 : magnitude, w.status};
}

Result round_to_integer(Float80 value, Control control) {
    if (const auto invalid = invalid_operand(value)) {
        return *invalid;
    }
    const std::uint16_t before = denormal_status({value});
    constexpr unsigned whole_from = Float80::bias + 63;
    if (value.kind() == Kind::zero || value.exponent() >= whole_from ||
        control.unmasked(before) != 0) {
        return {value, before};
    }
    const Whole w = whole(value, control.rounding());
    const auto all = static_cast<std::uint16_t>(w.status | before);
    if (w.magnitude == 0) {
        return {zero(value.sign()), all};
    }
    const int shift = leading_zeros(w.magnitude);
    return {make_float80(value.sign(), static_cast<unsigned>(Float80::bias + 127 - shift),
                         high_half(w.magnitude << shift)),
            all};
}

Float80 from_decimal(Decimal decimal) {
    std::uint64_t magnitude = 0;
    for (int place = 17; place >= 0; --place) {
        const std::uint64_t digit = place >= 16
                                        ? (std::uint64_t{decimal.sign_upper} >> ((place - 16) * 4))
                                        : decimal.digits >> (place * 4);
        magnitude = magnitude * 10 + (digit & 0xFU);
    }
    return from_integer(static_cast<std::int64_t>(magnitude))
        .with_sign((decimal.sign_upper & 0x8000U) != 0);
}

Stored<Decimal> to_decimal(Float80 value, Rounding rounding) {
    constexpr std::uint64_t limit = 1'000'000'000'000'000'000U;
    constexpr Decimal decimal_indefinite{0xC000'0000'0000'0000U, 0xFFFF};
    const auto sign = static_cast<std::uint16_t>(value.sign() ? 0x8000U : 0U);
    if (value.kind() == Kind::zero) {
        return {{0, sign}, 0};
    }
    if (!value.is_finite()) {
        return {decimal_indefinite, status::invalid};
    }
    const Whole w = whole(value, rounding);
    if (w.magnitude >= limit) {
        return {decimal_indefinite, status::invalid};
    }
    Decimal decimal{0, sign};
    std::uint64_t rest = low_half(w.magnitude);
    for (unsigned place = 0; place < 18; ++place) {
        const std::uint64_t digit = rest % 10;
        rest /= 10;
        if (place < 16) {
            decimal.digits |= digit << (place * 4);
        } else {
            decimal.sign_upper |= static_cast<std::uint16_t>(digit << ((place - 16) * 4));
        }
    }
    return {decimal, w.status};
}

}  // namespace ringside::cpu::fpu
