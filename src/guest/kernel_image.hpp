// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/address.hpp"
#include "guest/symbols.hpp"

namespace ringside::guest {

/// Part of a kernel: `bytes`, then zeros up to `size`.
struct KernelPart {
    PhysicalAddress at{};
    std::uint32_t size = 0;
    std::vector<std::byte> bytes;
};

/// A kernel file that says itself where it belongs: an ELF32 executable or a Multiboot image.
struct KernelImage {
    std::string name;
    std::vector<KernelPart> parts;
    std::uint32_t entry = 0;  ///< physical
    bool multiboot = false;
    std::vector<Module> modules;  ///< the names in it, at the addresses it is linked for
};

/// Whether a file begins as one that read_kernel takes, sound or not.
[[nodiscard]] bool looks_like_kernel(std::span<const std::byte> bytes);

/// Reads a kernel. Throws InputError (126) with file and field where something is wrong.
[[nodiscard]] KernelImage read_kernel(std::string_view file, std::string_view name,
                                      std::span<const std::byte> bytes);

/// The names in an ELF file, for an image that has none of its own.
[[nodiscard]] std::vector<Module> read_symbols(std::string_view file, std::string_view name,
                                               std::span<const std::byte> bytes);

}  // namespace ringside::guest
