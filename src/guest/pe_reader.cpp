// SPDX-License-Identifier: MIT
#include "guest/pe_reader.hpp"

#include <algorithm>

namespace ringside::guest::pe {
namespace {

constexpr std::size_t longest_name = 512;

}  // namespace

std::span<const std::byte> Reader::at(std::uint64_t offset, std::uint64_t size,
                                      std::string_view field) const {
    if (offset > bytes_.size() || size > bytes_.size() - offset) {
        reject(std::string(field),
               fmt::format("truncated: wants bytes {:#x} to {:#x}, the file has {:#x}", offset,
                           offset + size, bytes_.size()));
    }
    return bytes_.subspan(offset, size);
}

std::span<const std::byte> Reader::rest_at(std::uint64_t rva, std::string_view field) const {
    if (rva < image.headers.size()) {
        return std::span(image.headers).subspan(rva);
    }
    if (rva < image.size) {
        const Section* const section = image.section_at(static_cast<std::uint32_t>(rva));
        if (section != nullptr && rva - section->rva < section->bytes.size()) {
            return std::span(section->bytes).subspan(rva - section->rva);
        }
    }
    reject(std::string(field), fmt::format("rva {:#x} is outside the image's file bytes", rva));
}

std::span<const std::byte> Reader::at_rva(std::uint64_t rva, std::uint64_t size,
                                          std::string_view field) const {
    const auto rest = rest_at(rva, field);
    if (size > rest.size()) {
        reject(std::string(field),
               fmt::format("{:#x} bytes at rva {:#x} reach beyond its section", size, rva));
    }
    return rest.first(size);
}

std::string Reader::text_at(std::uint32_t rva, std::string_view field) const {
    const auto rest = rest_at(rva, field);
    const auto window = rest.first(std::min(rest.size(), longest_name));
    const auto end = std::find(window.begin(), window.end(), std::byte{0});
    if (end == window.end()) {
        reject(std::string(field), fmt::format("the name at rva {:#x} does not end", rva));
    }
    std::string text(static_cast<std::size_t>(end - window.begin()), '\0');
    std::transform(window.begin(), end, text.begin(), [](std::byte b) { return char(b); });
    return text;
}

}  // namespace ringside::guest::pe
