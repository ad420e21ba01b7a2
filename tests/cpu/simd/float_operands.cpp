// SPDX-License-Identifier: MIT
#include "cpu/simd/float_operands.hpp"

#include "cpu/simd/lanes.hpp"

namespace ringside::test {

using cpu::simd::Double;
using cpu::simd::joined;
using cpu::simd::lanes_of;
using cpu::simd::Single;
using cpu::simd::Xmm;

template <typename F>
typename F::Bits FloatOperands::real() {
    using Bits = typename F::Bits;
    constexpr Bits fraction_mask = F::smallest_normal - 1;
    const auto any = static_cast<Bits>(bits());
    const Bits sign = any & F::sign_bit;
    const Bits fraction = one_in(3) ? any & (~Bits{} << below(F::fraction_bits)) & fraction_mask
                                    : any & fraction_mask;
    const auto near = [&](int power) {
        const auto exponent = static_cast<Bits>(power + F::bias);
        return sign | exponent << F::fraction_bits | fraction;
    };
    switch (below(16)) {
        case 0: return sign;
        case 1: return sign | fraction;
        case 2: return sign | fraction >> below(F::fraction_bits);
        case 3: return sign | (F::smallest_normal + below(5) - 2);
        case 4: return sign | F::infinity;
        case 5: return sign | F::infinity | F::quiet_bit | fraction;
        case 6: return sign | F::infinity | 1 | (fraction & ~F::quiet_bit);
        case 7: return sign | (F::infinity - 1 - below(3));
        case 8: return sign | (near(0) & ~fraction_mask);
        // Around the ends of 32-bit integers, and halves of them.
        case 9: return near(static_cast<int>(below(4)) + 29);
        case 10: return near(static_cast<int>(below(6)) - 3) & ~(fraction_mask >> below(6));
        // Products and quotients of these lie around the ends of the format.
        case 11: return near(static_cast<int>(below(6)) - F::bias / 2 - 3);
        case 12: return near(static_cast<int>(below(6)) + F::bias / 2 - 3);
        case 13: return any;
        default: return near(static_cast<int>(below(40)) - 20);
    }
}

template <typename F>
typename F::Bits FloatOperands::partner(typename F::Bits other) {
    switch (below(8)) {
        case 0: return other;
        case 1: return other ^ F::sign_bit;
        case 2: return (other ^ F::sign_bit) + below(5) - 2;
        default: return real<F>();
    }
}

std::uint32_t FloatOperands::mxcsr() {
    constexpr std::uint32_t masks = 0x1F80;
    constexpr std::uint32_t modes = 0xE040;
    constexpr std::uint32_t flags = 0x3F;
    const auto any = static_cast<std::uint32_t>(bits());
    switch (below(4)) {
        case 0: return masks | (any & flags);
        case 1: return masks | (any & modes);
        default: return any & (masks | modes | flags);
    }
}

template <typename F>
void FloatOperands::fill(SseStep& step) {
    auto a = lanes_of<typename F::Bits>(step.xmm0);
    auto b = lanes_of<typename F::Bits>(step.xmm1);
    for (std::size_t i = 0; i < a.size(); ++i) {
        a[i] = real<F>();
        b[i] = partner<F>(a[i]);
    }
    step.xmm0 = joined<Xmm>(a);
    step.xmm1 = joined<Xmm>(b);
}

SseStep FloatOperands::step(bool singles) {
    SseStep s;
    s.mxcsr = mxcsr();
    if (singles) {
        fill<Single>(s);
    } else {
        fill<Double>(s);
    }
    const std::uint64_t lower = bits() >> below(64);
    s.mm0 = one_in(2) ? bits() : lower | (bits() << 32);
    s.eax = static_cast<std::uint32_t>(one_in(4) ? 0U : bits() >> below(64));
    s.eflags = bits() & 0x8D5U;
    if (one_in(3)) {
        // Integers of all sizes where conversions look for them.
        s.xmm1.quads[0] = s.mm0;
    }
    return s;
}

template std::uint32_t FloatOperands::real<Single>();
template std::uint64_t FloatOperands::real<Double>();
template std::uint32_t FloatOperands::partner<Single>(std::uint32_t);
template std::uint64_t FloatOperands::partner<Double>(std::uint64_t);

}  // namespace ringside::test
