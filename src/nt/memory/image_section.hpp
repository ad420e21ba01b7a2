// SPDX-License-Identifier: MIT
#pragma once

#include <memory>
#include <string>

#include "guest/image.hpp"
#include "guest/symbols.hpp"
#include "nt/memory/memory_manager.hpp"

namespace ringside::nt {

[[nodiscard]] std::uint32_t image_pages(const guest::Image& image);

/// Pages of an image.
[[nodiscard]] std::shared_ptr<SectionPages> image_section_pages(
    PageAllocator& pages, const std::shared_ptr<const guest::Image>& image);

/// The bytes of an image as its sections lay them out; the image lives as long as the filler.
[[nodiscard]] FillPage image_filler(std::shared_ptr<const guest::Image> image);

/// What a page of a fresh view may be used for: headers are read-only, writable sections are
/// copied when written.
[[nodiscard]] std::uint32_t image_page_protection(const guest::Image& image, std::uint32_t page);

/// Maps a copy-on-write view of an image; `base` 0 lets the highest free place be taken.
[[nodiscard]] NTSTATUS map_image_view(MemoryManager& memory, std::shared_ptr<SectionPages> pages,
                                      const guest::Image& image, LinearAddress& base);

/// The image's names at its base, its exports standing in where it has no symbol.
[[nodiscard]] guest::Module symbols_of(const guest::Image& image, std::string name,
                                       LinearAddress base);

}  // namespace ringside::nt
