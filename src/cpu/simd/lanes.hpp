// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

#include "cpu/simd/state.hpp"

namespace ringside::cpu::simd {

// Values go in and out of lanes without being copied as long as all of this is inlined.

/// A register's value cut into lanes, lowest first.
template <typename Lane, typename Value>
using Lanes = std::array<Lane, sizeof(Value) / sizeof(Lane)>;

template <typename Lane, typename Value>
[[nodiscard, gnu::always_inline]] constexpr Lanes<Lane, Value> lanes_of(const Value& value) {
    return std::bit_cast<Lanes<Lane, Value>>(value);
}

template <typename Value, typename Lane, std::size_t count>
[[nodiscard, gnu::always_inline]] constexpr Value joined(const std::array<Lane, count>& lanes) {
    return std::bit_cast<Value>(lanes);
}

/// `operation` on each pair of lanes.
template <typename Lane, typename Value, typename Operation>
[[nodiscard, gnu::always_inline]] constexpr Value lane_by_lane(const Value& a, const Value& b,
                                                               Operation operation) {
    auto result = lanes_of<Lane>(a);
    const auto other = lanes_of<Lane>(b);
    for (std::size_t i = 0; i < result.size(); ++i) {
        result[i] = operation(result[i], other[i]);
    }
    return joined<Value>(result);
}

}  // namespace ringside::cpu::simd
