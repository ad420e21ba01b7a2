// SPDX-License-Identifier: MIT
#include <sys/mman.h>

#include <algorithm>
#include <cstring>

#include "base/archive.hpp"
#include "mmu/mmu.hpp"
#include "mmu/physical_memory.hpp"

namespace ringside::mmu {
namespace {

constexpr std::array<std::byte, page_size> zeros{};

bool is_zero(const std::byte* page) {
    return std::memcmp(page, zeros.data(), page_size) == 0;
}

}  // namespace

void PhysicalMemory::persist(Archive& archive) {
    archive.mark("RAM:");
    std::uint32_t size = size_;
    archive.number(size);
    archive.require(size == size_, "the RAM has another size");
    persist_flags(archive);
    if (archive.loading()) {
        load_pages(archive);
    } else {
        save_pages(archive);
    }
}

void PhysicalMemory::persist_flags(Archive& archive) {
    std::vector<PageNumber> code;
    for (PageNumber page = 0; page < pages_.size(); ++page) {
        if ((pages_[page] & page_code) != 0) {
            code.push_back(page);
        }
    }
    ringside::persist(archive, code);
    if (!archive.loading()) {
        return;
    }
    for (std::uint8_t& flags : pages_) {
        flags &= static_cast<std::uint8_t>(~page_code);
    }
    for (const PageNumber page : code) {
        archive.require(page < pages_.size(), "a page lies behind the RAM");
        pages_[page] |= page_code;
    }
}

void PhysicalMemory::save_pages(Archive& archive) {
    std::vector<PageNumber> numbers;
    for (const PhysicalAddress at : touched_pages()) {
        if (!is_zero(ram_ + at.value)) {
            numbers.push_back(at.value / page_size);
        }
    }
    ringside::persist(archive, numbers);
    std::map<PageNumber, std::shared_ptr<const Page>> archived;
    for (const PageNumber number : numbers) {
        std::byte* const page = ram_ + std::size_t{number} * page_size;
        if (!archive.in_memory()) {
            archive.bytes({page, page_size});
            continue;
        }
        const auto known = archived_.find(number);
        std::shared_ptr<const Page> kept;
        if (known != archived_.end() && std::memcmp(known->second->data(), page, page_size) == 0) {
            kept = known->second;
        } else {
            auto copy = std::make_shared<Page>();
            std::memcpy(copy->data(), page, page_size);
            kept = std::move(copy);
        }
        archive.carry(kept);
        archived.emplace_hint(archived.end(), number, std::move(kept));
    }
    if (archive.in_memory()) {
        archived_ = std::move(archived);
    }
}

void PhysicalMemory::load_pages(Archive& archive) {
    std::vector<PageNumber> numbers;
    ringside::persist(archive, numbers);
    archive.require(std::is_sorted(numbers.begin(), numbers.end()) &&
                        (numbers.empty() || numbers.back() < pages_.size()),
                    "a page lies behind the RAM");
    for (const PhysicalAddress at : touched_pages()) {
        if (!std::binary_search(numbers.begin(), numbers.end(), at.value / page_size) &&
            !is_zero(ram_ + at.value)) {
            // A fresh page of the host's: what nobody touched is zeros.
            madvise(ram_ + at.value, page_size, MADV_DONTNEED);
        }
    }
    archived_.clear();
    for (const PageNumber number : numbers) {
        std::byte* const page = ram_ + std::size_t{number} * page_size;
        if (!archive.in_memory()) {
            archive.bytes({page, page_size});
            continue;
        }
        std::shared_ptr<const Page> kept;
        archive.carry(kept);
        if (std::memcmp(page, kept->data(), page_size) != 0) {
            std::memcpy(page, kept->data(), page_size);
        }
        archived_.emplace_hint(archived_.end(), number, std::move(kept));
    }
}

void Mmu::persist_entry(Archive& archive, Tlb& tlb, std::uint32_t slot, Serves serves) {
    TlbEntry& entry = tlb.slots()[slot];
    persist_all(archive, entry.read_tag, entry.write_tag, entry.frame, entry.global);
    if (!archive.loading()) {
        return;
    }
    archive.require(Tlb::belongs(entry.read_tag, slot) && Tlb::belongs(entry.write_tag, slot) &&
                        page_offset(entry.frame) == 0,
                    "a translation is at a place that it cannot be at");
    if (serves == Serves::code) {
        return;
    }
    const std::uint32_t tag =
        entry.read_tag != TlbEntry::no_page ? entry.read_tag : entry.write_tag;
    archive.require(entry.write_tag == TlbEntry::no_page || entry.write_tag == tag,
                    "a translation is of two pages");
    std::byte* const host = memory_.host(entry.frame);
    archive.require(host != nullptr && (entry.write_tag == TlbEntry::no_page ||
                                        memory_.is_plain_page(entry.frame)),
                    "a translation leads nowhere");
    entry.addend = reinterpret_cast<std::uintptr_t>(host) - tag;
}

void Mmu::persist_tlb(Archive& archive, Tlb& tlb, Serves serves) {
    std::vector<std::uint32_t> used;
    for (std::uint32_t slot = 0; slot < Tlb::entries; ++slot) {
        const TlbEntry& entry = tlb.slots()[slot];
        if (entry.read_tag != TlbEntry::no_page || entry.write_tag != TlbEntry::no_page) {
            used.push_back(slot);
        }
    }
    ringside::persist(archive, used);
    if (archive.loading()) {
        tlb.flush();
    }
    for (const std::uint32_t slot : used) {
        archive.require(slot < Tlb::entries, "a translation lies behind the cache");
        persist_entry(archive, tlb, slot, serves);
    }
}

void Mmu::persist(Archive& archive) {
    archive.mark("MMU:");
    auto& [enabled, write_protect, large_pages, global_pages, directory] = mode_;
    persist_all(archive, enabled, write_protect, large_pages, global_pages, directory);
    persist_tlb(archive, supervisor_, Serves::data);
    persist_tlb(archive, user_, Serves::data);
    persist_tlb(archive, code_supervisor_, Serves::code);
    persist_tlb(archive, code_user_, Serves::code);
    archive.number(entries_marked_);
    if (archive.loading()) {
        ++code_generation_;  // only ever counted on, so that nobody believes what is of another
                             // time
    }
}

}  // namespace ringside::mmu
