// SPDX-License-Identifier: MIT
#include "nt/memory/memory_manager.hpp"
#include "nt/persist/kernel_archive.hpp"

namespace ringside::nt {

void PageAllocator::persist(Archive& archive) {
    archive.mark("Pages");
    persist_all(archive, next_, freed_);
    std::vector<std::uint32_t> taken;
    for (std::uint32_t page = 0; page < taken_.size(); ++page) {
        if (taken_[page]) {
            taken.push_back(page);
        }
    }
    persist_all(archive, taken);
    if (!archive.loading()) {
        return;
    }
    archive.require(next_ % page_size == 0 && next_ <= memory_.size(), "pages lie behind the RAM");
    taken_.assign(taken_.size(), false);
    for (const std::uint32_t page : taken) {
        archive.require(page < taken_.size(), "a page lies behind the RAM");
        taken_[page] = true;
    }
    for (const std::uint32_t page : freed_) {
        archive.require(
            page % page_size == 0 && page / page_size < taken_.size() && !taken_[page / page_size],
            "a page is free that is in use");
    }
}

void SectionPages::persist(Archive& archive) {
    archive.mark("Sp");
    std::map<std::uint32_t, std::pair<PhysicalAddress, bool>> pages;
    for (const auto& [index, page] : existing_) {
        pages.emplace(index, std::pair(page.address, page.dirty));
    }
    persist_all(archive, pages);
    if (!archive.loading()) {
        return;
    }
    existing_.clear();
    for (const auto& [index, page] : pages) {
        archive.require(index < count_, "a section has more pages than it has");
        existing_.emplace(index, Existing{.address = page.first, .dirty = page.second});
    }
}

void MemoryManager::persist(KernelArchive& archive) {
    archive.mark("Vads");
    persist_all(archive, space_, views_, last_view_, mapped_, commit_limit_);
    if (archive.loading()) {
        space_.for_each([&](const kernelkit::Reservation& reservation, const kernelkit::PageRun&) {
            archive.require(reservation.tag == 0 || views_.contains(reservation.tag),
                            "a reservation shows a view that is not there");
        });
    }
}

}  // namespace ringside::nt
