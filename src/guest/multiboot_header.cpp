// SPDX-License-Identifier: MIT
#include "guest/multiboot_header.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/bits.hpp"
#include "base/ensure.hpp"

namespace ringside::guest {
namespace {

constexpr std::uint32_t header_magic = 0x1BADB002;
/// The header lies whole in the first bytes of the file.
constexpr std::size_t searched = 8192;
constexpr std::size_t basic_size = 12;
constexpr std::size_t addresses_size = 32;
// Of flags 0 to 15 a loader must fulfil every one; 0 (modules on pages) and 1 (memory sizes) are.
constexpr std::uint32_t required = 0x0000FFFF;
constexpr std::uint32_t fulfilled = 0x00000003;
constexpr std::uint32_t has_addresses = 1U << 16;

MultibootHeader judged(std::string_view file, std::span<const std::byte> bytes,
                       std::uint32_t offset) {
    const auto fail = [&](std::string_view reason) {
        throw InputError(126,
                         fmt::format("{}: Multiboot header at {:#x}: {}", file, offset, reason));
    };
    const auto field = [&](std::size_t at) {
        return load<std::uint32_t>(bytes.data() + offset + at);
    };
    MultibootHeader header{offset, field(4), std::nullopt};
    if ((header.flags & required & ~fulfilled) != 0) {
        fail(fmt::format("flags {:08X} ask for what is not there, such as a video mode",
                         header.flags));
    }
    if ((header.flags & has_addresses) == 0) {
        return header;
    }
    if (bytes.size() - offset < addresses_size) {
        fail("the file ends inside its address fields");
    }
    const MultibootHeader::Addresses a{field(12), field(16), field(20), field(24), field(28)};
    if (a.load > a.header || a.header - a.load > offset) {
        fail(fmt::format("load_addr {:08X} does not go with header_addr {:08X}", a.load, a.header));
    }
    const std::uint64_t there = bytes.size() - (offset - (a.header - a.load));
    if (a.load_end != 0 && (a.load_end < a.load || a.load_end - a.load > there)) {
        fail(fmt::format("load_end_addr {:08X} lies outside the file", a.load_end));
    }
    const std::uint64_t end = a.load_end != 0 ? a.load_end : a.load + there;
    if (a.bss_end != 0 && a.bss_end < end) {
        fail(fmt::format("bss_end_addr {:08X} lies before the end of the data", a.bss_end));
    }
    header.addresses = a;
    return header;
}

}  // namespace

std::optional<MultibootHeader> find_multiboot_header(std::string_view file,
                                                     std::span<const std::byte> bytes) {
    const std::size_t end = std::min(bytes.size(), searched);
    std::optional<std::size_t> unsound;
    for (std::size_t at = 0; at + basic_size <= end; at += 4) {
        const auto field = [&](std::size_t i) {
            return load<std::uint32_t>(bytes.data() + at + i);
        };
        if (field(0) != header_magic) {
            continue;
        }
        if (field(0) + field(4) + field(8) == 0) {
            return judged(file, bytes, static_cast<std::uint32_t>(at));
        }
        unsound = unsound.value_or(at);
    }
    if (unsound) {
        throw InputError(126, fmt::format("{}: Multiboot header at {:#x}: magic, flags and "
                                          "checksum do not add up to 0",
                                          file, *unsound));
    }
    return std::nullopt;
}

}  // namespace ringside::guest
