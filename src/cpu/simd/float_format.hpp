// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

#include "cpu/fpu/convert.hpp"
#include "cpu/fpu/rounding.hpp"

namespace ringside::cpu::simd {

/// Encodings of an IEEE interchange format.
template <typename Word, unsigned fraction>
struct FloatFormat {
    using Bits = Word;

    static constexpr unsigned width = 8 * sizeof(Bits);
    static constexpr unsigned fraction_bits = fraction;
    static constexpr Bits sign_bit = Bits{1} << (width - 1);
    static constexpr Bits quiet_bit = Bits{1} << (fraction_bits - 1);
    static constexpr Bits smallest_normal = Bits{1} << fraction_bits;
    static constexpr Bits infinity = sign_bit - smallest_normal;
    /// What a masked invalid operation gives.
    static constexpr Bits indefinite = sign_bit | infinity | quiet_bit;
    static constexpr int bias = (1 << (width - fraction_bits - 2)) - 1;

    [[nodiscard]] static constexpr Bits magnitude(Bits v) { return v & ~sign_bit; }
    [[nodiscard]] static constexpr bool negative(Bits v) { return (v & sign_bit) != 0; }
    [[nodiscard]] static constexpr Bits zero(bool negative) { return negative ? sign_bit : Bits{}; }
    [[nodiscard]] static constexpr bool is_zero(Bits v) { return magnitude(v) == 0; }
    [[nodiscard]] static constexpr bool is_infinite(Bits v) { return magnitude(v) == infinity; }
    [[nodiscard]] static constexpr bool is_nan(Bits v) { return magnitude(v) > infinity; }
    [[nodiscard]] static constexpr bool is_signalling(Bits v) {
        return is_nan(v) && (v & quiet_bit) == 0;
    }
    [[nodiscard]] static constexpr bool is_denormal(Bits v) {
        return magnitude(v) != 0 && magnitude(v) < smallest_normal;
    }
};

/// Where an exception is not masked nothing is written, so the exponent may wrap as far as any
/// number needs to be in range.
inline constexpr int any_wrap = 1 << 16;

struct Single : FloatFormat<std::uint32_t, 23> {
    static constexpr fpu::Format rounding{24, -126, 127, any_wrap};
    [[nodiscard]] static fpu::Float80 extended(Bits v) { return fpu::from_single(v).value; }
};

struct Double : FloatFormat<std::uint64_t, 52> {
    static constexpr fpu::Format rounding{53, -1022, 1023, any_wrap};
    [[nodiscard]] static fpu::Float80 extended(Bits v) { return fpu::from_double(v).value; }
};

/// A finite number other than zero.
template <typename F>
[[nodiscard]] fpu::Exact exact_of(typename F::Bits v) {
    return fpu::exact_of(F::extended(v));
}

}  // namespace ringside::cpu::simd
