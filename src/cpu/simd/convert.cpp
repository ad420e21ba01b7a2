// SPDX-License-Identifier: MIT
#include "cpu/simd/convert.hpp"

namespace ringside::cpu::simd {
namespace {

template <typename F>
LaneResult<std::uint32_t> integer_of(typename F::Bits value, fpu::Rounding rounding, Mxcsr mxcsr) {
    const auto r = fpu::to_integer(F::extended(taken<F>(value, mxcsr)), 32, rounding);
    return {static_cast<std::uint32_t>(r.bits),
            static_cast<std::uint16_t>(r.status & fpu::status::exceptions)};
}

/// A NaN with the upper end of its payload.
template <typename To, typename From>
typename To::Bits quiet_nan_of(typename From::Bits nan) {
    const auto payload = std::uint64_t{nan} << (64 - From::fraction_bits) >> 1;
    const auto fraction = static_cast<typename To::Bits>(payload >> (63 - To::fraction_bits));
    return To::zero(From::negative(nan)) | To::infinity | To::quiet_bit | fraction;
}

template <typename To, typename From>
LaneResult<typename To::Bits> reformatted(typename From::Bits value, Mxcsr mxcsr) {
    value = taken<From>(value, mxcsr);
    if (From::is_nan(value)) {
        return {quiet_nan_of<To, From>(value), signalling_flag<From>(value)};
    }
    const auto sign = To::zero(From::negative(value));
    if (From::is_infinite(value)) {
        return {sign | To::infinity, 0};
    }
    if (From::is_zero(value)) {
        return {sign, 0};
    }
    return rounded_to<To>(exact_of<From>(value), denormal_flag<From>(value), mxcsr);
}

}  // namespace

template <typename F>
LaneResult<typename F::Bits> from_integer(std::uint32_t value, Mxcsr mxcsr) {
    if (value == 0) {
        return {};
    }
    const auto exact = fpu::exact_of(fpu::from_integer(static_cast<std::int32_t>(value)));
    return rounded_to<F>(exact, 0, mxcsr);
}

template <typename F>
LaneResult<std::uint32_t> to_integer(typename F::Bits value, Mxcsr mxcsr) {
    return integer_of<F>(value, mxcsr.rounding(), mxcsr);
}

template <typename F>
LaneResult<std::uint32_t> to_integer_truncated(typename F::Bits value, Mxcsr mxcsr) {
    return integer_of<F>(value, fpu::Rounding::to_zero, mxcsr);
}

LaneResult<std::uint64_t> to_double(std::uint32_t value, Mxcsr mxcsr) {
    return reformatted<Double, Single>(value, mxcsr);
}

LaneResult<std::uint32_t> to_single(std::uint64_t value, Mxcsr mxcsr) {
    return reformatted<Single, Double>(value, mxcsr);
}

template LaneResult<std::uint32_t> from_integer<Single>(std::uint32_t, Mxcsr);
template LaneResult<std::uint64_t> from_integer<Double>(std::uint32_t, Mxcsr);
template LaneResult<std::uint32_t> to_integer<Single>(std::uint32_t, Mxcsr);
template LaneResult<std::uint32_t> to_integer<Double>(std::uint64_t, Mxcsr);
template LaneResult<std::uint32_t> to_integer_truncated<Single>(std::uint32_t, Mxcsr);
template LaneResult<std::uint32_t> to_integer_truncated<Double>(std::uint64_t, Mxcsr);

}  // namespace ringside::cpu::simd
