// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

namespace ringside::cpu::fpu {

/// What an encoding of the extended format is, as the 387 and later parts take it.
enum class Kind : std::uint8_t {
    zero,
    denormal,  ///< pseudo-denormals too: their value is that of the smallest exponent
    normal,
    infinity,
    quiet_nan,
    signalling_nan,
    unsupported,  ///< unnormals, pseudo-infinities, pseudo-NaNs: invalid as an operand
};

/// A number of the 80-bit extended format: sign, 15-bit exponent and a significand whose integer
/// bit is explicit.
struct Float80 {
    std::uint64_t significand = 0;
    std::uint16_t sign_exponent = 0;

    static constexpr int bias = 16383;
    static constexpr std::uint16_t largest_exponent = 0x7FFF;
    static constexpr std::uint64_t integer_bit = std::uint64_t{1} << 63;
    static constexpr std::uint64_t quiet_bit = std::uint64_t{1} << 62;

    friend constexpr bool operator==(const Float80&, const Float80&) = default;

    [[nodiscard]] constexpr bool sign() const { return (sign_exponent & 0x8000U) != 0; }
    [[nodiscard]] constexpr std::uint16_t exponent() const {
        return static_cast<std::uint16_t>(sign_exponent & 0x7FFFU);
    }
    [[nodiscard]] constexpr Kind kind() const {
        if (exponent() == 0) {
            return significand == 0 ? Kind::zero : Kind::denormal;
        }
        if ((significand & integer_bit) == 0) {
            return Kind::unsupported;
        }
        if (exponent() != largest_exponent) {
            return Kind::normal;
        }
        if (significand == integer_bit) {
            return Kind::infinity;
        }
        return (significand & quiet_bit) != 0 ? Kind::quiet_nan : Kind::signalling_nan;
    }
    [[nodiscard]] constexpr bool is_nan() const {
        return kind() == Kind::quiet_nan || kind() == Kind::signalling_nan;
    }
    [[nodiscard]] constexpr bool is_finite() const {
        const Kind k = kind();
        return k == Kind::zero || k == Kind::denormal || k == Kind::normal;
    }
    [[nodiscard]] constexpr Float80 negated() const {
        return {significand, static_cast<std::uint16_t>(sign_exponent ^ 0x8000U)};
    }
    [[nodiscard]] constexpr Float80 absolute() const { return {significand, exponent()}; }
    [[nodiscard]] constexpr Float80 with_sign(bool negative) const {
        return negative ? absolute().negated() : absolute();
    }
};

/// Builds the encoding with this sign and biased exponent.
[[nodiscard]] constexpr Float80 make_float80(bool negative, unsigned biased_exponent,
                                             std::uint64_t significand) {
    return {significand, static_cast<std::uint16_t>((negative ? 0x8000U : 0U) | biased_exponent)};
}

[[nodiscard]] constexpr Float80 zero(bool negative = false) {
    return make_float80(negative, 0, 0);
}
[[nodiscard]] constexpr Float80 infinity(bool negative = false) {
    return make_float80(negative, Float80::largest_exponent, Float80::integer_bit);
}
/// The "real indefinite": what a masked invalid operation gives.
inline constexpr Float80 indefinite =
    make_float80(true, Float80::largest_exponent, Float80::integer_bit | Float80::quiet_bit);
inline constexpr Float80 one = make_float80(false, Float80::bias, Float80::integer_bit);

}  // namespace ringside::cpu::fpu
