// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>

namespace ringside::cpu::memory_model {

/// How many aligned units of `unit` bytes, a power of two, an access of `size` bytes touches. On a
/// bus that is `unit` bytes wide: its cycles.
[[nodiscard]] constexpr std::uint32_t units_touched(std::uint32_t address, std::uint32_t size,
                                                    std::uint32_t unit) {
    return ((address & (unit - 1)) + size + unit - 1) >> std::countr_zero(unit);
}

/// How many of them an aligned access of that size would not have touched.
[[nodiscard]] constexpr std::uint32_t units_too_many(std::uint32_t address, std::uint32_t size,
                                                     std::uint32_t unit) {
    return units_touched(address, size, unit) - units_touched(0, size, unit);
}

/// The banks of a data cache that an access needs, a bit for each: eight, taking turns every four
/// bytes.
[[nodiscard]] constexpr std::uint32_t banks_of(std::uint32_t address, std::uint32_t size) {
    constexpr std::uint32_t width = 4;
    constexpr std::uint32_t banks = 8;
    std::uint32_t bits = 0;
    const std::uint32_t first = address / width;
    const std::uint32_t count = std::min(units_touched(address, size, width), banks);
    for (std::uint32_t i = 0; i < count; ++i) {
        bits |= 1U << ((first + i) % banks);
    }
    return bits;
}

}  // namespace ringside::cpu::memory_model
