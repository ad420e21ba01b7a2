// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

#include "cpu/fpu/result.hpp"
#include "cpu/fpu/wide_integer.hpp"

namespace ringside::cpu::fpu {

/// A finite number before rounding: significand / 2^127 * 2^exponent. Bit 0 also stands for
/// everything below it, so the lowest bits say which side of a tie the number lies on.
struct Exact {
    bool negative = false;
    int exponent = 0;
    Uint128 significand = 0;

    /// The same number with bit 127 set; zero stays zero.
    [[nodiscard]] Exact normalized() const;
};

/// A format that results are rounded to.
struct Format {
    unsigned precision;     ///< bits of significand, with the integer bit
    int smallest_exponent;  ///< of a normal number, unbiased
    int largest_exponent;
    int wrap;  ///< added to the exponent on unmasked underflow, taken from it on overflow
};

inline constexpr Format single_format{24, -126, 127, 192};
inline constexpr Format double_format{53, -1022, 1023, 1536};
[[nodiscard]] constexpr Format extended_format(unsigned precision = 64) {
    return {precision, -16382, 16383, 24576};
}

/// A rounded number: `significand` holds `precision` bits at its top; bit 63 is clear in denormals,
/// whose exponent is the smallest one.
struct Rounded {
    enum class Class : std::uint8_t { zero, finite, infinity };
    Class is = Class::zero;
    int exponent = 0;
    std::uint64_t significand = 0;
    std::uint16_t status = 0;
};

/// Rounds under `control`'s rounding mode and exception masks: masked over- and underflow give
/// infinities, largest numbers, denormals and zeros, unmasked ones the wrapped exponent. Tininess
/// is found after rounding. SDM vol. 1, 4.9.1 and 8.5.
[[nodiscard]] Rounded round(const Exact& exact, const Format& format, Control control);

/// The same into a register.
[[nodiscard]] Result round_to_register(const Exact& exact, Control control, unsigned precision);

/// Whether a positive or negative number moves away from zero when `fraction` (half being `half`)
/// is cut from behind a significand whose lowest bit is `odd`.
[[nodiscard]] constexpr bool rounds_away(Rounding mode, bool negative, bool odd, Uint128 fraction,
                                         Uint128 half) {
    switch (mode) {
        case Rounding::nearest: return fraction > half || (fraction == half && odd);
        case Rounding::down: return negative && fraction != 0;
        case Rounding::up: return !negative && fraction != 0;
        case Rounding::to_zero: return false;
    }
    return false;
}

/// A finite non-zero register value as it is.
[[nodiscard]] Exact exact_of(Float80 value);

}  // namespace ringside::cpu::fpu
