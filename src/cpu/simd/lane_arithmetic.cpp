// SPDX-License-Identifier: MIT
#include "cpu/simd/lane_arithmetic.hpp"

#include "cpu/fpu/exact.hpp"

namespace ringside::cpu::simd {
namespace {

template <typename F>
LaneResult<typename F::Bits> invalid() {
    return {F::indefinite, fpu::status::invalid};
}

template <typename F>
std::uint16_t denormal_flags(typename F::Bits a, typename F::Bits b) {
    return static_cast<std::uint16_t>(denormal_flag<F>(a) | denormal_flag<F>(b));
}

/// a + addend, neither of them a NaN, where `before` came from the operands.
template <typename F>
LaneResult<typename F::Bits> sum(typename F::Bits a, typename F::Bits addend, std::uint16_t before,
                                 Mxcsr mxcsr) {
    const bool opposite = F::negative(a) != F::negative(addend);
    if (F::is_infinite(a) || F::is_infinite(addend)) {
        if (F::is_infinite(a) && F::is_infinite(addend) && opposite) {
            return invalid<F>();
        }
        return {F::is_infinite(a) ? a : addend, before};
    }
    const auto nothing = F::zero(mxcsr.rounding() == fpu::Rounding::down);
    if (F::is_zero(a) && F::is_zero(addend)) {
        return {opposite ? nothing : a, before};
    }
    if (F::is_zero(a) || F::is_zero(addend)) {
        return rounded_to<F>(exact_of<F>(F::is_zero(a) ? addend : a), before, mxcsr);
    }
    const fpu::Exact exact = fpu::sum_of(exact_of<F>(a), exact_of<F>(addend));
    if (exact.significand == 0) {
        return {nothing, before};
    }
    return rounded_to<F>(exact, before, mxcsr);
}

}  // namespace

template <typename F>
LaneResult<typename F::Bits> add(typename F::Bits a, typename F::Bits b, Mxcsr mxcsr) {
    a = taken<F>(a, mxcsr);
    b = taken<F>(b, mxcsr);
    if (const auto nan = nan_response<F>(a, b)) {
        return *nan;
    }
    return sum<F>(a, b, denormal_flags<F>(a, b), mxcsr);
}

template <typename F>
LaneResult<typename F::Bits> subtract(typename F::Bits a, typename F::Bits b, Mxcsr mxcsr) {
    return F::is_nan(b) ? add<F>(a, b, mxcsr) : add<F>(a, b ^ F::sign_bit, mxcsr);
}

template <typename F>
LaneResult<typename F::Bits> multiply(typename F::Bits a, typename F::Bits b, Mxcsr mxcsr) {
    a = taken<F>(a, mxcsr);
    b = taken<F>(b, mxcsr);
    if (const auto nan = nan_response<F>(a, b)) {
        return *nan;
    }
    const bool infinite = F::is_infinite(a) || F::is_infinite(b);
    const bool nothing = F::is_zero(a) || F::is_zero(b);
    if (infinite && nothing) {
        return invalid<F>();
    }
    const std::uint16_t before = denormal_flags<F>(a, b);
    if (infinite || nothing) {
        const auto sign = F::zero(F::negative(a) != F::negative(b));
        return {infinite ? sign | F::infinity : sign, before};
    }
    return rounded_to<F>(fpu::product_of(exact_of<F>(a), exact_of<F>(b)), before, mxcsr);
}

template <typename F>
LaneResult<typename F::Bits> divide(typename F::Bits a, typename F::Bits b, Mxcsr mxcsr) {
    a = taken<F>(a, mxcsr);
    b = taken<F>(b, mxcsr);
    if (const auto nan = nan_response<F>(a, b)) {
        return *nan;
    }
    if ((F::is_infinite(a) && F::is_infinite(b)) || (F::is_zero(a) && F::is_zero(b))) {
        return invalid<F>();
    }
    const auto sign = F::zero(F::negative(a) != F::negative(b));
    const std::uint16_t before = denormal_flags<F>(a, b);
    if (F::is_infinite(a)) {
        return {sign | F::infinity, before};
    }
    if (F::is_zero(b)) {
        // ZE goes before DE.
        return {sign | F::infinity, fpu::status::zero_divide};
    }
    if (F::is_zero(a) || F::is_infinite(b)) {
        return {sign, before};
    }
    return rounded_to<F>(fpu::quotient_of(exact_of<F>(a), exact_of<F>(b)), before, mxcsr);
}

template <typename F>
LaneResult<typename F::Bits> square_root(typename F::Bits, typename F::Bits b, Mxcsr mxcsr) {
    b = taken<F>(b, mxcsr);
    if (const auto nan = nan_response<F>(b, b)) {
        return *nan;
    }
    if (F::is_zero(b)) {
        return {b, 0};
    }
    if (F::negative(b)) {
        return invalid<F>();
    }
    if (F::is_infinite(b)) {
        return {b, 0};
    }
    return rounded_to<F>(fpu::root_of(exact_of<F>(b)), denormal_flag<F>(b), mxcsr);
}

template LaneResult<std::uint32_t> add<Single>(std::uint32_t, std::uint32_t, Mxcsr);
template LaneResult<std::uint64_t> add<Double>(std::uint64_t, std::uint64_t, Mxcsr);
template LaneResult<std::uint32_t> subtract<Single>(std::uint32_t, std::uint32_t, Mxcsr);
template LaneResult<std::uint64_t> subtract<Double>(std::uint64_t, std::uint64_t, Mxcsr);
template LaneResult<std::uint32_t> multiply<Single>(std::uint32_t, std::uint32_t, Mxcsr);
template LaneResult<std::uint64_t> multiply<Double>(std::uint64_t, std::uint64_t, Mxcsr);
template LaneResult<std::uint32_t> divide<Single>(std::uint32_t, std::uint32_t, Mxcsr);
template LaneResult<std::uint64_t> divide<Double>(std::uint64_t, std::uint64_t, Mxcsr);
template LaneResult<std::uint32_t> square_root<Single>(std::uint32_t, std::uint32_t, Mxcsr);
template LaneResult<std::uint64_t> square_root<Double>(std::uint64_t, std::uint64_t, Mxcsr);

}  // namespace ringside::cpu::simd
