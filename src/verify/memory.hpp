// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "mmu/physical_memory.hpp"

namespace ringside::verify {

/// A byte of RAM that differs.
struct MemoryDifference {
    PhysicalAddress at{};
    std::uint8_t first{};
    std::uint8_t second{};
};

/// The lowest byte at which two RAMs of the same size differ.
[[nodiscard]] std::optional<MemoryDifference> first_difference(const mmu::PhysicalMemory& a,
                                                               const mmu::PhysicalMemory& b);

/// A number that equal contents share and others hardly ever do.
[[nodiscard]] std::uint64_t digest(const mmu::PhysicalMemory& memory,
                                   const std::vector<PhysicalAddress>& pages);
[[nodiscard]] std::uint64_t digest(std::string_view text);

}  // namespace ringside::verify
