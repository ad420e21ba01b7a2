// SPDX-License-Identifier: MIT
#include "cpu/memory_model/memory_model.hpp"

#include <algorithm>
#include <utility>

#include "cpu/memory_model/bus.hpp"

namespace ringside::cpu::memory_model {

using timing::Adder;

MemoryModel::MemoryModel(Model model, std::uint32_t wait_states, mmu::Mmu& mmu,
                         timing::Pipeline& pipeline, std::uint64_t& assumed)
    : parameters_(Parameters::of(model)),
      ticks_per_clock_(traits(model).ticks_per_clock),
      wait_states_(wait_states),
      mmu_(mmu),
      pipeline_(pipeline),
      assumed_(assumed),
      tlb_(parameters_.tlb, parameters_.large_tlb),
      cache_(parameters_.cache_bytes, parameters_.cache_ways, parameters_.cache_line,
             parameters_.cache_replacement),
      code_cache_(parameters_.code_cache_bytes, parameters_.code_cache_ways, parameters_.cache_line,
                  parameters_.cache_replacement),
      second_level_(parameters_.second_level_bytes, parameters_.second_level_ways,
                    parameters_.cache_line, parameters_.cache_replacement),
      queue_(parameters_.queue_bytes, parameters_.bus_cycle + wait_states) {
    if (parameters_.code_tlb.entries != 0) {
        code_tlb_.emplace(parameters_.code_tlb, parameters_.large_code_tlb);
    }
    mmu_.observe_translations(this);
}

MemoryModel::~MemoryModel() {
    mmu_.observe_translations(nullptr);
}

void MemoryModel::charge(Adder adder, std::uint64_t clocks) {
    if (clocks != 0) {
        charged_ += clocks;
        pipeline_.charge(adder, static_cast<std::int64_t>(clocks * ticks_per_clock_));
    }
}

void MemoryModel::charge(Adder adder, const Parameter& figure, std::uint64_t times) {
    charge(adder, figure.value * times);
    assumed_ += figure.assumed && figure.value * times != 0 ? 1U : 0U;
}

void MemoryModel::occupy_bus(std::uint64_t cycles) {
    busy_ += cycles * (parameters_.bus_cycle + wait_states_);
    charge(Adder::wait, cycles * wait_states_);
}

void MemoryModel::charge_walk(std::uint64_t entries_marked) {
    const std::uint64_t marked = std::min<std::uint64_t>(entries_marked, 2);
    const std::uint64_t cycles =
        parameters_.walk_bus_reads.value + marked * parameters_.update_bus_cycles.value;
    charge(Adder::tlb, parameters_.walk);
    charge(Adder::tlb, parameters_.updates.at(marked));
    charge(Adder::tlb, parameters_.walk_bus_reads, parameters_.bus_cycle);
    charge(Adder::tlb, parameters_.update_bus_cycles, marked * parameters_.bus_cycle);
    occupy_bus(cycles);
}

void MemoryModel::charge_fill(std::uint32_t line) {
    if (second_level_.exists() && second_level_.use(line, on_miss_)) {
        ++counters_.second_level_hits;
        charge(Adder::cache, parameters_.second_level_clocks);
        return;
    }
    counters_.second_level_misses += second_level_.exists() ? 1U : 0U;
    charge(Adder::cache, parameters_.memory_clocks);
    charge(Adder::cache, parameters_.bus_ratio, parameters_.fill_bus_clocks.value);
    charge(Adder::wait, parameters_.bus_ratio, wait_states_);
}

PageKind MemoryModel::kind_of(LinearAddress a, mmu::Access access, mmu::Privilege privilege) const {
    const auto page = mmu::walk(mmu_.memory(), mmu_.mode(), a, access, privilege, mmu::Touch::look);
    return page ? PageKind{page->large, page->global} : PageKind{};
}

Expected<PhysicalAddress, mmu::PageFault> MemoryModel::resolve(LinearAddress a, mmu::Access access,
                                                               mmu::Privilege privilege) {
    if (!mmu_.mode().enabled) {
        return mmu_.resolve(a, access, privilege);
    }
    const bool known = tlb_.use(a);
    ++(known ? counters_.tlb_hits : counters_.tlb_misses);
    const std::uint64_t before = mmu_.entries_marked();
    const auto found = mmu_.resolve(a, access, privilege);
    if (!found) {
        faulting_walk_ = !known;
        return found;
    }
    // The first write to a page goes to its entry again, for the dirty bit.
    const std::uint64_t marked = mmu_.entries_marked() - before;
    if (!known) {
        tlb_.insert(a, kind_of(a, access, privilege));
    }
    if (!known || marked != 0) {
        charge_walk(marked);
    }
    return found;
}

void MemoryModel::charge_faulting_walk() {
    if (std::exchange(faulting_walk_, false)) {
        charge_walk(0);
        pipeline_.commit();
    }
}

void MemoryModel::access(const DataAccess& data) {
    if (parameters_.bus_cycle != 0) {
        use_bus(data);
        return;
    }
    const std::uint32_t unit = data.size == 8 ? parameters_.bus_width : 4;
    if (units_too_many(data.at.value, data.size, unit) != 0) {
        charge(Adder::misaligned, parameters_.misaligned);
    }
    if (units_touched(data.at.value, data.size, parameters_.cache_line) > 1) {
        charge(Adder::misaligned, parameters_.line_crossing);
    }
    use_lines(data.first, data.first_size, data.access);
    if (data.first_size < data.size) {
        use_lines(data.second, data.size - data.first_size, data.access);
    }
    use_banks(data);
}

void MemoryModel::use_bus(const DataAccess& data) {
    const std::uint32_t cycles = units_touched(data.at.value, data.size, parameters_.bus_width);
    const std::uint32_t extra = units_too_many(data.at.value, data.size, parameters_.bus_width);
    (data.access == mmu::Access::write ? counters_.bus_writes : counters_.bus_reads) += cycles;
    occupy_bus(cycles);
    charge(Adder::misaligned, std::uint64_t{extra} * parameters_.bus_cycle);
}

void MemoryModel::use_lines(PhysicalAddress first, std::uint32_t size, mmu::Access access) {
    const bool write = access == mmu::Access::write;
    const std::uint32_t last = cache_.line_of(first + (size - 1));
    for (std::uint32_t line = cache_.line_of(first); line <= last; ++line) {
        const bool hit =
            cache_.use(line, write && !parameters_.allocates_on_write ? OnMiss::leave : on_miss_);
        ++(hit ? counters_.cache_hits : counters_.cache_misses);
        // Writes wait in a buffer, not in the processor.
        if (!hit && !write) {
            charge_fill(line);
        } else if (!hit && parameters_.allocates_on_write && second_level_.exists()) {
            static_cast<void>(second_level_.use(line, on_miss_));
        }
    }
}

void MemoryModel::use_banks(const DataAccess& data) {
    if (parameters_.bank_conflict.value == 0) {
        return;
    }
    const std::uint32_t banks = banks_of(data.at.value, data.size);
    if ((banks & partner_banks_) != 0) {
        charge(Adder::cache, parameters_.bank_conflict);
        partner_banks_ = 0;  // a pair waits once
    }
    banks_ |= banks;
}

void MemoryModel::mark_descriptor() {
    if (parameters_.bus_cycle == 0) {
        return;
    }
    // The write comes as an access of its own.
    ++counters_.bus_reads;
    occupy_bus(1);
    charge(Adder::wait, parameters_.accessed_bus_cycles, parameters_.bus_cycle);
}

void MemoryModel::drop_lines() {
    cache_.clear();
    code_cache_.clear();
    second_level_.clear();
    last_code_line_ = UINT32_MAX;
}

void MemoryModel::all_dropped() {
    tlb_.flush();
    code_tlb().flush();
}

void MemoryModel::local_dropped() {
    tlb_.flush_local();
    code_tlb().flush_local();
}

void MemoryModel::page_dropped(LinearAddress a) {
    tlb_.flush_page(a);
    code_tlb().flush_page(a);
}

}  // namespace ringside::cpu::memory_model
