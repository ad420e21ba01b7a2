// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "base/address.hpp"

namespace ringside::guest {

/// A file that a kernel is given beside itself, where it stands in memory.
struct LoadedModule {
    PhysicalAddress begin{};
    std::uint32_t size = 0;
    std::string command_line;
};

/// What a boot loader tells a kernel.
struct BootFacts {
    std::uint32_t memory_size = 0;  ///< bytes of RAM
    std::string command_line;
    std::vector<LoadedModule> modules;
};

/// The information structure, memory map, module list and strings in one block to be placed at
/// `at`, which is what EBX points to (Multiboot Specification 0.6.96, "Boot information format").
[[nodiscard]] std::vector<std::byte> multiboot_info(const BootFacts& facts, PhysicalAddress at);

}  // namespace ringside::guest
