// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "base/address.hpp"

namespace ringside::mmu {

/// One cached translation with the host address of its page. A tag holds the linear page, or
/// `no_page` when that kind of access must take the slow path. Its size keeps
/// the index of a look-up one shift and one mask.
struct alignas(32) TlbEntry {
    static constexpr std::uint32_t no_page = 1;  // never page-aligned, so never equal to a page

    std::uint32_t read_tag = no_page;
    std::uint32_t write_tag = no_page;
    /// Host address of the page minus its linear address: add the linear address to reach a byte.
    std::uintptr_t addend = 0;
    PhysicalAddress frame{};
    bool global = false;

    [[nodiscard]] std::byte* host(LinearAddress a) const {
        return reinterpret_cast<std::byte*>(addend + a.value);
    }
};

/// Direct-mapped translation cache of one privilege. The hit test compares the page of the
/// access's *last* byte with the tag found by its first, so that an access which crosses a page
/// never hits.
class Tlb {
  public:
    static constexpr std::uint32_t entries = 1024;

    [[nodiscard]] TlbEntry& slot(LinearAddress a) { return slots_[index(a)]; }
    [[nodiscard]] const TlbEntry& slot(LinearAddress a) const { return slots_[index(a)]; }

    [[nodiscard]] std::array<TlbEntry, entries>& slots() { return slots_; }
    /// Whether a tag may stand at that place.
    [[nodiscard]] static bool belongs(std::uint32_t tag, std::uint32_t slot) {
        return tag == TlbEntry::no_page || (tag % page_size == 0 && index({tag}) == slot);
    }

    void flush() { slots_.fill(TlbEntry{}); }
    void flush_local() {
        for (TlbEntry& entry : slots_) {
            if (!entry.global) {
                entry = TlbEntry{};
            }
        }
    }
    void flush_page(LinearAddress a) { slot(a) = TlbEntry{}; }

    /// Makes writes to a physical page take the slow path again.
    void forbid_writes(PhysicalAddress frame) {
        for (TlbEntry& entry : slots_) {
            if (entry.frame == frame) {
                entry.write_tag = TlbEntry::no_page;
            }
        }
    }

  private:
    static std::uint32_t index(LinearAddress a) { return a.value / page_size % entries; }
    std::array<TlbEntry, entries> slots_{};
};

}  // namespace ringside::mmu
