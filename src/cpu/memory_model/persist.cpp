// SPDX-License-Identifier: MIT
#include "base/archive.hpp"
#include "cpu/memory_model/memory_model.hpp"

namespace ringside::cpu::memory_model {

/// An order of LRU names every way once; those of the others are any numbers.
bool TagStore::is_possible_order(std::uint64_t order) const {
    constexpr unsigned way_bits = 4;
    if (replacement_ != Replacement::lru) {
        return true;
    }
    std::uint32_t named = 0;
    for (std::uint32_t way = 0; way < ways_; ++way) {
        named |= 1U << (order >> (way_bits * way) & 15U);
    }
    return named == (1U << ways_) - 1;
}

void TagStore::persist(Archive& archive) {
    const std::size_t keys = keys_.size();
    const std::size_t sets = order_.size();
    persist_all(archive, keys_, order_);
    archive.require(keys_.size() == keys && order_.size() == sets, "a cache has another size");
    for (const std::uint64_t order : order_) {
        archive.require(is_possible_order(order), "a cache replaces in an order that none has");
    }
}

void ModelTlb::persist(Archive& archive) {
    for (Pages* const pages : {&small_, &large_}) {
        const std::size_t size = pages->global.size();
        persist_all(archive, pages->tags, pages->global);
        archive.require(pages->global.size() == size, "a cache has another size");
    }
}

void MemoryModel::persist(Archive& archive) {
    archive.mark("Mem:");
    auto& [tlb_hits, tlb_misses, code_tlb_hits, code_tlb_misses, cache_hits, cache_misses,
           code_cache_hits, code_cache_misses, second_level_hits, second_level_misses, bus_reads,
           bus_writes] = counters_;
    persist_all(archive, tlb_hits, tlb_misses, code_tlb_hits, code_tlb_misses, cache_hits,
                cache_misses, code_cache_hits, code_cache_misses, second_level_hits,
                second_level_misses, bus_reads, bus_writes);
    ringside::persist(archive, tlb_);
    if (code_tlb_) {
        ringside::persist(archive, *code_tlb_);
    }
    for (auto& [page, entries] : marked_code_) {
        persist_all(archive, page, entries);
    }
    persist_all(archive, faulting_walk_, cache_, code_cache_, second_level_);
    archive.below(on_miss_, 2);
    persist_all(archive, last_code_line_, queue_, expected_, last_fetch_, resumes_, charged_,
                started_, busy_, banks_, partner_banks_);
}

}  // namespace ringside::cpu::memory_model
