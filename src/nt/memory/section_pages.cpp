// SPDX-License-Identifier: MIT
#include "nt/memory/section_pages.hpp"

#include <array>

namespace ringside::nt {

SectionPages::~SectionPages() {
    if (pages_.discarding()) {
        return;
    }
    keep_changes();
    for (const auto& [index, page] : existing_) {
        pages_.free(page.address);
    }
}

SectionPages::Page SectionPages::page(std::uint32_t index) {
    if (const auto found = existing_.find(index); found != existing_.end()) {
        return {.address = found->second.address};
    }
    if (index >= count_) {
        return {.address = {}, .failure = Failure::in_page_error};
    }
    std::array<std::byte, page_size> bytes{};
    if (fill_ && !fill_(index, bytes)) {
        return {.address = {}, .failure = Failure::in_page_error};
    }
    const auto page = pages_.allocate();
    if (!page) {
        return {.address = {}, .failure = Failure::no_memory};
    }
    pages_.memory().write_bytes(*page, bytes);
    existing_.emplace(index, Existing{.address = *page});
    return {.address = *page};
}

bool SectionPages::preview(std::uint32_t index, bool image,
                           std::span<std::byte, page_size> to) const {
    if (const auto found = existing_.find(index); found != existing_.end()) {
        pages_.memory().read_bytes(found->second.address, to);
        return true;
    }
    // What fills other sections reads a file, which is an effect of its own.
    return image && index < count_ && fill_ && fill_(index, to);
}

void SectionPages::keep_changes() {
    if (!keep_) {
        return;
    }
    for (auto& [index, page] : existing_) {
        if (page.dirty) {
            std::array<std::byte, page_size> bytes{};
            pages_.memory().read_bytes(page.address, bytes);
            keep_(index, bytes);
            page.dirty = false;
        }
    }
}

}  // namespace ringside::nt
