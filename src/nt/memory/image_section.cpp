// SPDX-License-Identifier: MIT
#include "nt/memory/image_section.hpp"

#include <algorithm>

namespace ringside::nt {
namespace {

/// Copies the part of `from`, which stands at `rva`, that lies in the page.
void copy_overlap(std::span<const std::byte> from, std::uint64_t rva, std::uint64_t page_rva,
                  std::span<std::byte, page_size> to) {
    const std::uint64_t first = std::max(rva, page_rva);
    const std::uint64_t last = std::min(rva + from.size(), page_rva + page_size);
    if (first < last) {
        const auto part = from.subspan(first - rva, last - first);
        std::copy(part.begin(), part.end(),
                  to.begin() + static_cast<std::ptrdiff_t>(first - page_rva));
    }
}

}  // namespace

std::uint32_t image_pages(const guest::Image& image) {
    return align_up(image.size, page_size) / page_size;
}

FillPage image_filler(std::shared_ptr<const guest::Image> image) {
    return [image = std::move(image)](std::uint32_t index, std::span<std::byte, page_size> to) {
        const std::uint64_t page_rva = std::uint64_t{index} * page_size;
        copy_overlap(image->headers, 0, page_rva, to);
        for (const guest::Section& section : image->sections) {
            copy_overlap(section.bytes, section.rva, page_rva, to);
        }
        return true;
    };
}

std::shared_ptr<SectionPages> image_section_pages(
    PageAllocator& pages, const std::shared_ptr<const guest::Image>& image) {
    return std::make_shared<SectionPages>(pages, image_pages(*image), image_filler(image),
                                          KeepPage{}, SectionBacking{.image = image, .file = {}});
}

std::uint32_t image_page_protection(const guest::Image& image, std::uint32_t page) {
    const std::uint64_t first = std::uint64_t{page} * page_size;
    for (const guest::Section& section : image.sections) {
        const std::uint64_t end = std::uint64_t{section.rva} + std::max(section.size, 1U);
        if (section.rva >= first + page_size || end <= first) {
            continue;
        }
        if (section.writable) {
            return section.executable ? PAGE_EXECUTE_WRITECOPY : PAGE_WRITECOPY;
        }
        if (section.executable) {
            return section.readable ? PAGE_EXECUTE_READ : PAGE_EXECUTE;
        }
        return section.readable ? PAGE_READONLY : PAGE_NOACCESS;
    }
    return PAGE_READONLY;
}

NTSTATUS map_image_view(MemoryManager& memory, std::shared_ptr<SectionPages> pages,
                        const guest::Image& image, LinearAddress& base) {
    const std::uint32_t size = pages->count() * page_size;
    return memory.map_view(
        View{.pages = std::move(pages), .first_page = 0, .image = true, .copy_on_write = true},
        base, size, PAGE_EXECUTE_WRITECOPY,
        [&image](std::uint32_t page) { return image_page_protection(image, page); },
        kernelkit::Direction::top_down);
}

guest::Module symbols_of(const guest::Image& image, std::string name, LinearAddress base) {
    guest::Module module{.name = std::move(name), .base = base, .size = image.size, .symbols = {}};
    for (const guest::Symbol& symbol : image.symbols) {
        module.symbols.push_back({base + symbol.rva, symbol.name, symbol.size});
    }
    for (const guest::Export& exported : image.exports) {
        if (!exported.name.empty() && exported.forwarder.empty()) {
            module.symbols.push_back({base + exported.rva, exported.name, 0});
        }
    }
    return module;
}

}  // namespace ringside::nt
