// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

#include "base/address.hpp"
#include "base/expected.hpp"
#include "mmu/paging.hpp"
#include "mmu/physical_memory.hpp"
#include "mmu/tlb.hpp"
#include "mmu/translation_observer.hpp"

namespace ringside::mmu {

/// Linear to physical, with translation caches: one for data per privilege and one for code.
/// Stale translations live on until the guest flushes them, as on hardware.
class Mmu {
  public:
    explicit Mmu(PhysicalMemory& memory) : memory_(memory) {}

    [[nodiscard]] PhysicalMemory& memory() { return memory_; }
    [[nodiscard]] const PagingMode& mode() const { return mode_; }

    /// MOV CR0/CR4: takes the new mode and drops every translation.
    void set_mode(const PagingMode& mode);
    /// MOV CR3: drops all but global translations.
    void load_directory(PhysicalAddress directory);
    /// INVLPG.
    void invalidate_page(LinearAddress a);
    void flush();

    /// Translates one access as the CPU makes it: from the cache, else by a walk that sets the
    /// accessed and dirty bits and fills the cache.
    Expected<PhysicalAddress, PageFault> resolve(LinearAddress a, Access access,
                                                 Privilege privilege);

    /// Where the tables say `a` is now, caches and bits untouched: for inspectors and loaders.
    [[nodiscard]] Expected<PhysicalAddress, PageFault> translate(LinearAddress a, Access access,
                                                                 Privilege privilege) const;

    /// The data cache of a privilege; the CPU's fast path reads it directly.
    [[nodiscard]] Tlb& tlb(Privilege privilege) {
        return privilege == Privilege::user ? user_ : supervisor_;
    }

    /// Changes whenever a code translation is dropped, so that whoever remembers "this EIP is
    /// that block" knows when to forget.
    [[nodiscard]] std::uint64_t code_generation() const { return code_generation_; }

    void observe_translations(TranslationObserver* observer) { observer_ = observer; }
    /// In how many directory and table entries resolve() set accessed and dirty bits so far.
    [[nodiscard]] std::uint64_t entries_marked() const { return entries_marked_; }

    /// The page of `frame` now holds decoded code: writes to it must be noticed.
    void watch_code(PhysicalAddress frame);

    /// Mode and caches: what is stale in them is state too. Its memory comes first.
    void persist(Archive& archive);

  private:
    Expected<PhysicalAddress, PageFault> fill(Tlb& tlb, LinearAddress a, Access access,
                                              Privilege privilege);
    enum class Serves : std::uint8_t { data, code };
    void persist_entry(Archive& archive, Tlb& tlb, std::uint32_t slot, Serves serves);
    void persist_tlb(Archive& archive, Tlb& tlb, Serves serves);

    PhysicalMemory& memory_;
    PagingMode mode_;
    Tlb supervisor_;
    Tlb user_;
    Tlb code_supervisor_;
    Tlb code_user_;
    std::uint64_t code_generation_ = 1;
    std::uint64_t entries_marked_ = 0;
    TranslationObserver* observer_ = nullptr;
};

}  // namespace ringside::mmu
