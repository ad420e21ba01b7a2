// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "base/address.hpp"
#include "base/expected.hpp"
#include "cpu/memory_model/line_cache.hpp"
#include "cpu/memory_model/model_tlb.hpp"
#include "cpu/memory_model/parameters.hpp"
#include "cpu/memory_model/prefetch_queue.hpp"
#include "cpu/model.hpp"
#include "cpu/timing/pipeline.hpp"
#include "mmu/mmu.hpp"
#include "mmu/translation_observer.hpp"

namespace ringside::cpu::memory_model {

/// What happened so far, for reports. Bus cycles are counted on the i386, which has no cache.
struct Counters {
    std::uint64_t tlb_hits = 0;
    std::uint64_t tlb_misses = 0;
    std::uint64_t code_tlb_hits = 0;
    std::uint64_t code_tlb_misses = 0;
    std::uint64_t cache_hits = 0;
    std::uint64_t cache_misses = 0;
    std::uint64_t code_cache_hits = 0;
    std::uint64_t code_cache_misses = 0;
    std::uint64_t second_level_hits = 0;
    std::uint64_t second_level_misses = 0;
    std::uint64_t bus_reads = 0;
    std::uint64_t bus_writes = 0;

    friend bool operator==(const Counters&, const Counters&) = default;
};

/// An instruction on its way from memory into the processor.
struct Fetch {
    LinearAddress at{};
    PhysicalAddress physical{};
    std::uint32_t length = 0;
    /// Where its bytes in a second page begin.
    std::optional<PhysicalAddress> second_page{};
    /// It goes into the V pipe together with the one before.
    bool paired = false;
    /// What follows is fetched anew, even if it stands right behind.
    bool transfers = false;
};

/// A data access with the places its bytes are at; `first_size` of them lie in the first page.
struct DataAccess {
    LinearAddress at{};
    PhysicalAddress first{};
    PhysicalAddress second{};
    std::uint32_t first_size = 0;
    std::uint32_t size = 0;
    mmu::Access access{};
};

/// The memory as the processor meets it: what finding pages, reading lines, filling the queue of
/// code bytes and using the bus adds to the documented clocks, which take all of it for at hand.
/// It holds tags, not bytes, and everything it does follows from the accesses alone.
class MemoryModel final : public mmu::TranslationObserver {
  public:
    /// Every `wait_states` is a bus clock more for each cycle, or for the first of a line.
    /// `assumed` counts the assumed figures that were charged.
    MemoryModel(Model model, std::uint32_t wait_states, mmu::Mmu& mmu, timing::Pipeline& pipeline,
                std::uint64_t& assumed);
    ~MemoryModel() override;
    MemoryModel(const MemoryModel&) = delete;
    MemoryModel& operator=(const MemoryModel&) = delete;

    /// An instruction is about to run; the counter shows tick `now`.
    void fetch(const Fetch& fetch, std::uint64_t now);
    /// The instruction that ran last goes on where it stopped: it need not be fetched again.
    void resume_fetch() { resumes_ = true; }

    /// Translates as the MMU does, and charges the walk that the processor would have made.
    Expected<PhysicalAddress, mmu::PageFault> resolve(LinearAddress a, mmu::Access access,
                                                      mmu::Privilege privilege);
    /// The same for code that is about to be decoded; fetch() will charge it.
    Expected<PhysicalAddress, mmu::PageFault> resolve_code(LinearAddress a,
                                                           mmu::Privilege privilege);
    /// Charges the walk that ended in the page fault under way: it belongs to the fault, not to the
    /// instruction.
    void charge_faulting_walk();

    void access(const DataAccess& data);
    /// CR0.CD: lines that are not there stay away.
    void set_cache_disabled(bool disabled) { on_miss_ = disabled ? OnMiss::leave : OnMiss::fill; }
    /// INVD and WBINVD.
    void drop_lines();
    /// The accessed bit of a descriptor is set: bus cycles that no figure contains.
    void mark_descriptor();

    void all_dropped() override;
    void local_dropped() override;
    void page_dropped(LinearAddress a) override;

    [[nodiscard]] const Counters& counters() const { return counters_; }
    void persist(Archive& archive);

  private:
    /// Entries in which the walk for a page of code set bits, until it is fetched from.
    struct MarkedCode {
        LinearAddress page{};
        std::uint64_t entries = 0;
    };

    void charge(timing::Adder adder, std::uint64_t clocks);
    /// So many times a figure; totals that contain an assumed one are to say so.
    void charge(timing::Adder adder, const Parameter& figure, std::uint64_t times = 1);
    void occupy_bus(std::uint64_t cycles);
    void charge_walk(std::uint64_t entries_marked);
    void charge_fill(std::uint32_t line);
    [[nodiscard]] PageKind kind_of(LinearAddress a, mmu::Access access,
                                   mmu::Privilege privilege) const;
    [[nodiscard]] ModelTlb& code_tlb() { return code_tlb_ ? *code_tlb_ : tlb_; }
    [[nodiscard]] LineCache& code_cache() { return code_cache_.exists() ? code_cache_ : cache_; }
    void translate_code(LinearAddress a);
    void fetch_lines(PhysicalAddress first, std::uint32_t size);
    void fetch_bytes(const Fetch& fetch, std::uint64_t now);
    void use_bus(const DataAccess& data);
    void use_lines(PhysicalAddress first, std::uint32_t size, mmu::Access access);
    void use_banks(const DataAccess& data);

    const Parameters& parameters_;
    std::uint64_t ticks_per_clock_;
    std::uint32_t wait_states_;
    mmu::Mmu& mmu_;
    timing::Pipeline& pipeline_;
    std::uint64_t& assumed_;
    Counters counters_;

    ModelTlb tlb_;
    std::optional<ModelTlb> code_tlb_;
    std::array<MarkedCode, 2> marked_code_{};
    bool faulting_walk_ = false;

    LineCache cache_;
    LineCache code_cache_;
    LineCache second_level_;
    OnMiss on_miss_ = OnMiss::fill;
    std::uint32_t last_code_line_ = UINT32_MAX;

    PrefetchQueue queue_;
    std::optional<LinearAddress> expected_;  ///< where straight code goes on
    LinearAddress last_fetch_{};
    bool resumes_ = false;
    std::uint64_t charged_ = 0;  ///< clocks while the instruction was fetched
    std::uint64_t started_ = 0;  ///< tick at which that was over
    std::uint64_t busy_ = 0;     ///< clocks of the bus since then

    std::uint32_t banks_ = 0;          ///< that the instruction under way used
    std::uint32_t partner_banks_ = 0;  ///< and the one in the U pipe beside it
};

}  // namespace ringside::cpu::memory_model
