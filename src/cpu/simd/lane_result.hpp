// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>

#include "cpu/simd/float_format.hpp"
#include "cpu/simd/mxcsr.hpp"

namespace ringside::cpu::simd {

/// What one lane of an operation gives: its bits and the exceptions found, as fpu::status names
/// them. With an unmasked one the bits mean nothing, since no destination is written.
template <typename Bits>
struct LaneResult {
    Bits bits{};
    std::uint16_t flags = 0;

    friend bool operator==(const LaneResult&, const LaneResult&) = default;
};

/// An operand as arithmetic takes it: with DAZ a denormal is a zero of its sign.
template <typename F>
[[nodiscard]] typename F::Bits taken(typename F::Bits v, Mxcsr mxcsr) {
    const bool cleared = mxcsr.takes_denormals_as_zeros() && F::is_denormal(v);
    return cleared ? F::zero(F::negative(v)) : v;
}

template <typename F>
[[nodiscard]] std::uint16_t denormal_flag(typename F::Bits v) {
    return F::is_denormal(v) ? fpu::status::denormal : std::uint16_t{0};
}

template <typename F>
[[nodiscard]] std::uint16_t signalling_flag(typename F::Bits v) {
    return F::is_signalling(v) ? fpu::status::invalid : std::uint16_t{0};
}

/// The answer that a NaN forces upon an operation: the first operand that is one, made quiet.
/// SDM vol. 1, table 4-7.
template <typename F>
[[nodiscard]] std::optional<LaneResult<typename F::Bits>> nan_response(typename F::Bits a,
                                                                       typename F::Bits b) {
    if (!F::is_nan(a) && !F::is_nan(b)) {
        return std::nullopt;
    }
    const auto flags = static_cast<std::uint16_t>(signalling_flag<F>(a) | signalling_flag<F>(b));
    return LaneResult<typename F::Bits>{(F::is_nan(a) ? a : b) | F::quiet_bit, flags};
}

/// Rounds under MXCSR, unless `before`, the exceptions of the operands, holds an unmasked one. The
/// number is not zero. Tininess is found after rounding.
template <typename F>
[[nodiscard]] LaneResult<typename F::Bits> rounded_to(const fpu::Exact& exact, std::uint16_t before,
                                                      Mxcsr mxcsr);

extern template LaneResult<std::uint32_t> rounded_to<Single>(const fpu::Exact&, std::uint16_t,
                                                             Mxcsr);
extern template LaneResult<std::uint64_t> rounded_to<Double>(const fpu::Exact&, std::uint16_t,
                                                             Mxcsr);

}  // namespace ringside::cpu::simd
