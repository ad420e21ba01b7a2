// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "mmu/physical_memory.hpp"

namespace ringside::nt {

/// Hands out physical pages, always zeroed. Pages come in rising order, freed ones first, so two
/// runs use the same frames.
class PageAllocator {
  public:
    /// Pages from `first` to the end of the RAM.
    PageAllocator(mmu::PhysicalMemory& memory, PhysicalAddress first)
        : memory_(memory), next_(first.value), taken_(memory.size() / page_size, false) {}

    /// Nothing when the RAM is used up.
    [[nodiscard]] std::optional<PhysicalAddress> allocate();

    /// Gives back a page that allocate handed out; anything else is a broken invariant.
    void free(PhysicalAddress page);

    [[nodiscard]] std::uint32_t available() const {
        return static_cast<std::uint32_t>(freed_.size()) + (memory_.size() - next_) / page_size;
    }
    [[nodiscard]] mmu::PhysicalMemory& memory() { return memory_; }

    /// While set, pages of sections that die are not given back, nor is what changed in them put
    /// into their files: they belong to a state that is about to be replaced.
    void set_discarding(bool discarding) { discarding_ = discarding; }
    [[nodiscard]] bool discarding() const { return discarding_; }
    [[nodiscard]] bool is_taken(PhysicalAddress page) const {
        return page_offset(page) == 0 && page.value / page_size < taken_.size() &&
               taken_[page.value / page_size];
    }
    void persist(Archive& archive);

  private:
    mmu::PhysicalMemory& memory_;
    std::uint32_t next_;
    std::vector<std::uint32_t> freed_;
    std::vector<bool> taken_;
    bool discarding_ = false;
};

}  // namespace ringside::nt
