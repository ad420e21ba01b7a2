// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace ringside::guest {

/// The header by which a kernel says that a boot loader may start it (Multiboot Specification
/// 0.6.96, "The layout of Multiboot header").
struct MultibootHeader {
    /// Where to load a file whose own headers say nothing: the fields of flag 16.
    struct Addresses {
        std::uint32_t header = 0;
        std::uint32_t load = 0;
        std::uint32_t load_end = 0;  ///< 0: the whole file
        std::uint32_t bss_end = 0;   ///< 0: no bss
        std::uint32_t entry = 0;
    };

    std::uint32_t offset = 0;  ///< in the file
    std::uint32_t flags = 0;
    std::optional<Addresses> addresses;

    static constexpr std::uint32_t loader_magic = 0x2BADB002;  ///< in EAX at the entry
};

/// Finds the header. Nothing in a file that has none; throws InputError (126) where one is wrong or
/// asks for what is not there.
[[nodiscard]] std::optional<MultibootHeader> find_multiboot_header(
    std::string_view file, std::span<const std::byte> bytes);

}  // namespace ringside::guest
