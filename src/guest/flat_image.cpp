// SPDX-License-Identifier: MIT
#include "guest/flat_image.hpp"

#include <string>

#include <fmt/format.h>

#include "base/bits.hpp"

namespace ringside::guest {

Expected<Image, ImageError> read_flat(std::string_view file, std::span<const std::byte> bytes,
                                      LinearAddress base, LinearAddress limit) {
    if (bytes.empty()) {
        return Unexpected{ImageError{std::string(file), "size", "the file is empty"}};
    }
    if (base >= limit || bytes.size() > limit - base) {
        return Unexpected{ImageError{
            std::string(file), "size",
            fmt::format("{:#x} bytes at {} reach beyond {}", bytes.size(), base, limit)}};
    }
    Image image;
    image.file = file;
    image.preferred_base = base.value;
    image.size = align_up(static_cast<std::uint32_t>(bytes.size()), page_size);
    Section section;
    section.name = "flat";
    section.size = image.size;
    section.readable = true;
    section.writable = true;
    section.executable = true;
    section.bytes.assign(bytes.begin(), bytes.end());
    image.sections.push_back(std::move(section));
    return image;
}

}  // namespace ringside::guest
