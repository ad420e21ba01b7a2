// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

#include "cpu/simd/lanes.hpp"
#include "cpu/simd/mxcsr.hpp"

namespace ringside::cpu::simd {

/// What an operation on whole registers gives; `flags` are those of all its lanes. While every
/// exception is masked, flags that MXCSR has already may be missing.
struct Result {
    Xmm value;
    std::uint16_t flags = 0;

    friend bool operator==(const Result&, const Result&) = default;
};

/// Which lanes an operation is about; a scalar one leaves the others of its destination alone.
enum class Extent : std::uint8_t { packed, scalar };

/// Applies `operation(a, b, mxcsr) -> LaneResult` to the lanes of two registers.
template <typename Bits, Extent extent, typename Operation>
[[nodiscard]] Result for_lanes(const Xmm& a, const Xmm& b, Mxcsr mxcsr,
                               const Operation& operation) {
    constexpr std::size_t count = extent == Extent::packed ? sizeof(Xmm) / sizeof(Bits) : 1;
    auto first = lanes_of<Bits>(a);
    const auto second = lanes_of<Bits>(b);
    unsigned flags = 0;
    for (std::size_t i = 0; i < count; ++i) {
        const auto lane = operation(first[i], second[i], mxcsr);
        first[i] = lane.bits;
        flags |= lane.flags;
    }
    return {joined<Xmm>(first), static_cast<std::uint16_t>(flags)};
}

}  // namespace ringside::cpu::simd
