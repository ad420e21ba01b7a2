// SPDX-License-Identifier: MIT
#include "cpu/simd/arithmetic.hpp"

namespace ringside::cpu::simd {
namespace {

template <typename Bits>
inline constexpr std::size_t lane_count = sizeof(Xmm) / sizeof(Bits);

/// Zeros in every other lane: those raise nothing and stay zeros.
template <typename Bits>
Xmm every_other(const Xmm& x, std::size_t first) {
    auto lanes = lanes_of<Bits>(x);
    for (std::size_t i = 1 - first; i < lanes.size(); i += 2) {
        lanes[i] = 0;
    }
    return joined<Xmm>(lanes);
}

/// The lanes `first`, `first` + 2 ... of a, then of b, side by side.
template <typename Bits>
Xmm gathered(const Xmm& a, const Xmm& b, std::size_t first) {
    constexpr std::size_t half = lane_count<Bits> / 2;
    const auto lower = lanes_of<Bits>(a);
    const auto upper = lanes_of<Bits>(b);
    auto all = lower;
    for (std::size_t i = 0; i < half; ++i) {
        all[i] = lower[2 * i + first];
        all[half + i] = upper[2 * i + first];
    }
    return joined<Xmm>(all);
}

template <typename Bits>
Result add_subtract_lanes(const Arithmetic& by, Shape shape, const Xmm& a, const Xmm& b,
                          Mxcsr mxcsr) {
    const Result even =
        of_shape(by.subtract, shape)(every_other<Bits>(a, 0), every_other<Bits>(b, 0), mxcsr);
    const Result odd =
        of_shape(by.add, shape)(every_other<Bits>(a, 1), every_other<Bits>(b, 1), mxcsr);
    auto lanes = lanes_of<Bits>(even.value);
    const auto odd_lanes = lanes_of<Bits>(odd.value);
    for (std::size_t i = 1; i < lanes.size(); i += 2) {
        lanes[i] = odd_lanes[i];
    }
    return {joined<Xmm>(lanes), static_cast<std::uint16_t>(even.flags | odd.flags)};
}

}  // namespace

Result add_subtract(const Arithmetic& arithmetic, Shape shape, const Xmm& a, const Xmm& b,
                    Mxcsr mxcsr) {
    return shape == Shape::ps ? add_subtract_lanes<std::uint32_t>(arithmetic, shape, a, b, mxcsr)
                              : add_subtract_lanes<std::uint64_t>(arithmetic, shape, a, b, mxcsr);
}

Result horizontal(const Arithmetic::Shapes& operation, Shape shape, const Xmm& a, const Xmm& b,
                  Mxcsr mxcsr) {
    const auto pairs = [&]<typename Bits>(Bits) {
        return of_shape(operation, shape)(gathered<Bits>(a, b, 0), gathered<Bits>(a, b, 1), mxcsr);
    };
    return shape == Shape::ps ? pairs(std::uint32_t{}) : pairs(std::uint64_t{});
}

}  // namespace ringside::cpu::simd
