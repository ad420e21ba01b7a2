// SPDX-License-Identifier: MIT
#include "cpu/simd/arithmetic.hpp"
#include "cpu/simd/lane_arithmetic.hpp"

namespace ringside::cpu::simd {
namespace {

template <typename F, Extent extent, auto operation>
Result lanes(const Xmm& a, const Xmm& b, Mxcsr mxcsr) {
    return for_lanes<typename F::Bits, extent>(a, b, mxcsr, operation);
}

template <auto of_single, auto of_double>
constexpr Arithmetic::Shapes shapes{
    &lanes<Single, Extent::packed, of_single>,
    &lanes<Double, Extent::packed, of_double>,
    &lanes<Single, Extent::scalar, of_single>,
    &lanes<Double, Extent::scalar, of_double>,
};

constexpr Arithmetic soft{
    "soft",
    shapes<&add<Single>, &add<Double>>,
    shapes<&subtract<Single>, &subtract<Double>>,
    shapes<&multiply<Single>, &multiply<Double>>,
    shapes<&divide<Single>, &divide<Double>>,
    shapes<&square_root<Single>, &square_root<Double>>,
};

}  // namespace

const Arithmetic& soft_arithmetic() {
    return soft;
}

}  // namespace ringside::cpu::simd
