// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

#include "mmu/mmu.hpp"
#include "nt/memory/page_allocator.hpp"

namespace ringside::nt {

/// An entry's bit 9, free for software: the page is shared until it is written.
inline constexpr std::uint32_t pte_copy_on_write = 0x200;

/// Writes the one system page directory and its tables, in guest memory at their physical places.
class PageTables {
  public:
    /// Makes an empty directory with one entry that points to itself, so that the page tables
    /// appear from `shown_at` on, a multiple of 4 MiB.
    PageTables(mmu::Mmu& mmu, PageAllocator& pages, LinearAddress shown_at);

    [[nodiscard]] PhysicalAddress directory() const { return directory_; }

    /// Sets the entry of a page and drops its cached translation. False when no page is left for a
    /// table.
    [[nodiscard]] bool set(LinearAddress, std::uint32_t entry);
    /// Makes the page not present; a missing table is not made.
    void clear(LinearAddress);
    /// The entry as the guest has it now; 0 without a table.
    [[nodiscard]] std::uint32_t entry(LinearAddress) const;

  private:
    [[nodiscard]] PhysicalAddress directory_entry(LinearAddress a) const {
        return directory_ + (a.value >> 22) * 4;
    }

    mmu::Mmu& mmu_;
    PageAllocator& pages_;
    PhysicalAddress directory_;
};

}  // namespace ringside::nt
