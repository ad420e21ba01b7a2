// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

#include "cpu/fpu/result.hpp"

namespace ringside::cpu::fpu {

/// A single or double as a source of arithmetic; exact, and a signalling NaN stays one.
[[nodiscard]] Source from_single(std::uint32_t bits);
[[nodiscard]] Source from_double(std::uint64_t bits);
[[nodiscard]] Float80 from_integer(std::int64_t value);

/// What FLD makes of a single or double: DE and IE are raised here.
[[nodiscard]] Result loaded(Source source);

/// A value in a memory format and the exceptions of converting to it; on an unmasked one other
/// than PE the memory stays as it is.
template <typename Bits>
struct Stored {
    Bits bits{};
    std::uint16_t status = 0;
};

[[nodiscard]] Stored<std::uint32_t> to_single(Float80 value, Control control);
[[nodiscard]] Stored<std::uint64_t> to_double(Float80 value, Control control);

/// To a two's complement integer of `width` bits (16, 32 or 64); beyond its range invalid, with
/// the integer indefinite, the most negative number.
[[nodiscard]] Stored<std::uint64_t> to_integer(Float80 value, unsigned width, Rounding rounding);

/// FRNDINT.
[[nodiscard]] Result round_to_integer(Float80 value, Control control);

/// 18 packed decimal digits and a sign, as FBLD and FBSTP have them.
struct Decimal {
    std::uint64_t digits = 0;      ///< 16 of them
    std::uint16_t sign_upper = 0;  ///< two more, and the sign in bit 15
};

/// Digits above 9 are not checked; they count as what they say.
[[nodiscard]] Float80 from_decimal(Decimal decimal);
[[nodiscard]] Stored<Decimal> to_decimal(Float80 value, Rounding rounding);

}  // namespace ringside::cpu::fpu
