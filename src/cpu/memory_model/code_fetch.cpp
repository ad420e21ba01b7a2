// SPDX-License-Identifier: MIT
#include <algorithm>
#include <utility>

#include "cpu/memory_model/memory_model.hpp"

namespace ringside::cpu::memory_model {

using timing::Adder;

Expected<PhysicalAddress, mmu::PageFault> MemoryModel::resolve_code(LinearAddress a,
                                                                    mmu::Privilege privilege) {
    const bool known = code_tlb().holds(a);
    const std::uint64_t before = mmu_.entries_marked();
    const auto found = mmu_.resolve(a, mmu::Access::execute, privilege);
    if (!found) {
        faulting_walk_ = mmu_.mode().enabled && !known;
    } else if (const std::uint64_t marked = mmu_.entries_marked() - before; marked != 0) {
        marked_code_[1] = std::exchange(marked_code_[0], {page_of(a), marked});
    }
    return found;
}

void MemoryModel::translate_code(LinearAddress a) {
    if (!mmu_.mode().enabled) {
        return;
    }
    const bool known = code_tlb().use(a);
    ++(known ? counters_.code_tlb_hits : counters_.code_tlb_misses);
    if (known) {
        return;
    }
    std::uint64_t marked = 0;
    for (MarkedCode& code : marked_code_) {
        if (code.page == page_of(a)) {
            marked = std::max(marked, std::exchange(code.entries, 0));
        }
    }
    // Whose code it is does not matter here: it was fetched for decoding already.
    code_tlb().insert(a, kind_of(a, mmu::Access::read, mmu::Privilege::supervisor));
    charge_walk(marked);
}

void MemoryModel::fetch_lines(PhysicalAddress first, std::uint32_t size) {
    LineCache& cache = code_cache();
    const std::uint32_t last = cache.line_of(first + (size - 1));
    if (last == last_code_line_ && cache.line_of(first) == last) {
        return;  // still in the buffer that the decoder reads
    }
    for (std::uint32_t line = cache.line_of(first); line <= last; ++line) {
        if (line == last_code_line_) {
            continue;
        }
        last_code_line_ = line;
        const bool hit = cache.use(line, on_miss_);
        ++(hit ? counters_.code_cache_hits : counters_.code_cache_misses);
        if (!hit) {
            charge_fill(line);
        }
    }
}

void MemoryModel::fetch_bytes(const Fetch& fetch, std::uint64_t now) {
    if (std::exchange(resumes_, false) && fetch.at == last_fetch_) {
        return;
    }
    if (expected_ == fetch.at) {
        const std::uint64_t clocks = now > started_ ? (now - started_) / ticks_per_clock_ : 0;
        queue_.fill(clocks - std::min(clocks, busy_));
        charge(Adder::queue, queue_.take(fetch.length));
    } else {
        const std::uint32_t cycles = queue_.restart(fetch.at.value, fetch.length);
        charge(Adder::wait, std::uint64_t{cycles} * wait_states_);
    }
    expected_ = fetch.transfers ? std::nullopt : std::optional(fetch.at + fetch.length);
    last_fetch_ = fetch.at;
}

void MemoryModel::fetch(const Fetch& fetch, std::uint64_t now) {
    charged_ = 0;
    const std::uint32_t in_page = page_size - page_offset(fetch.at);
    const std::uint32_t first_size = std::min(fetch.length, in_page);
    translate_code(fetch.at);
    if (fetch.second_page) {
        translate_code(fetch.at + in_page);
    }
    if (code_cache().exists()) {
        fetch_lines(fetch.physical, first_size);
        if (fetch.second_page) {
            fetch_lines(*fetch.second_page, fetch.length - first_size);
        }
    }
    if (parameters_.queue_bytes != 0) {
        fetch_bytes(fetch, now);
    }
    partner_banks_ = fetch.paired ? banks_ : 0;
    banks_ = 0;
    busy_ = 0;
    started_ = now + charged_ * ticks_per_clock_;
}

}  // namespace ringside::cpu::memory_model
