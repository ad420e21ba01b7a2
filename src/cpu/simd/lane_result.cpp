// SPDX-License-Identifier: MIT
#include "cpu/simd/lane_result.hpp"

namespace ringside::cpu::simd {
namespace {

template <typename F>
typename F::Bits packed(const fpu::Rounded& r, bool negative) {
    using Bits = typename F::Bits;
    const Bits sign = F::zero(negative);
    switch (r.is) {
        case fpu::Rounded::Class::zero: return sign;
        case fpu::Rounded::Class::infinity: return sign | F::infinity;
        case fpu::Rounded::Class::finite: break;
    }
    const bool denormal = (r.significand & fpu::Float80::integer_bit) == 0;
    const auto exponent = static_cast<Bits>(denormal ? 0 : r.exponent + F::bias);
    const auto fraction = static_cast<Bits>(r.significand << 1 >> (64 - F::fraction_bits));
    return sign | exponent << F::fraction_bits | fraction;
}

}  // namespace

template <typename F>
LaneResult<typename F::Bits> rounded_to(const fpu::Exact& exact, std::uint16_t before,
                                        Mxcsr mxcsr) {
    if (mxcsr.unmasked(before) != 0) {
        return {{}, before};
    }
    fpu::Control control = mxcsr.control();
    if (mxcsr.flushes()) {
        // Rounding tells every tiny result, exact ones too, only where underflow is not masked.
        control.value = static_cast<std::uint16_t>(control.value & ~fpu::status::underflow);
    }
    const fpu::Rounded r = fpu::round(exact, F::rounding, control);
    const auto flags =
        static_cast<std::uint16_t>((r.status & fpu::status::exceptions) | unsigned{before});
    if (mxcsr.flushes() && (flags & fpu::status::underflow) != 0) {
        return {F::zero(exact.negative), static_cast<std::uint16_t>(flags | fpu::status::inexact)};
    }
    return {packed<F>(r, exact.negative), flags};
}

template LaneResult<std::uint32_t> rounded_to<Single>(const fpu::Exact&, std::uint16_t, Mxcsr);
template LaneResult<std::uint64_t> rounded_to<Double>(const fpu::Exact&, std::uint16_t, Mxcsr);

}  // namespace ringside::cpu::simd
