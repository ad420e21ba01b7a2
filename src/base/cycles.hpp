// SPDX-License-Identifier: MIT
#pragma once

#include <compare>
#include <cstdint>

#include <fmt/format.h>

namespace ringside {

/// A count of guest core clocks. What RDTSC, timers and reports show.
struct Cycles {
    std::uint64_t value{};

    friend constexpr auto operator<=>(Cycles, Cycles) = default;
    friend constexpr Cycles operator+(Cycles a, Cycles b) { return {a.value + b.value}; }
    friend constexpr Cycles operator-(Cycles a, Cycles b) { return {a.value - b.value}; }
};

}  // namespace ringside

template <>
struct fmt::formatter<ringside::Cycles> : fmt::formatter<std::uint64_t> {
    template <typename Context>
    auto format(ringside::Cycles cycles, Context& context) const {
        return fmt::formatter<std::uint64_t>::format(cycles.value, context);
    }
};
