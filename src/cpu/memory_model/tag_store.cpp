// SPDX-License-Identifier: MIT
#include "cpu/memory_model/tag_store.hpp"

#include <algorithm>
#include <bit>

#include "base/ensure.hpp"

namespace ringside::cpu::memory_model {
namespace {

// The order of LRU is a list of way numbers, four bits each, the latest lowest.
constexpr unsigned way_bits = 4;
constexpr std::uint64_t way_mask = 15;
constexpr std::uint64_t first_order = 0x76543210;

std::uint64_t moved_to_front(std::uint64_t order, std::uint32_t way) {
    unsigned at = 0;
    while ((order >> at & way_mask) != way) {
        at += way_bits;
    }
    const std::uint64_t before = order & ((std::uint64_t{1} << at) - 1);
    const std::uint64_t behind = order >> (at + way_bits) << (at + way_bits);
    return behind | before << way_bits | way;
}

// The tree of pseudo-LRU has its root at bit 1 and the children of bit n at 2n and 2n + 1; a bit
// points to the half that was not used last.
std::uint64_t pointed_away(std::uint64_t tree, std::uint32_t way, std::uint32_t ways) {
    std::uint32_t node = 1;
    for (std::uint32_t half = ways / 2; half != 0; half /= 2) {
        const bool upper = (way & half) != 0;
        const std::uint64_t bit = std::uint64_t{1} << node;
        tree = upper ? tree & ~bit : tree | bit;
        node = node * 2 + (upper ? 1 : 0);
    }
    return tree;
}

std::uint32_t pointed_at(std::uint64_t tree, std::uint32_t ways) {
    std::uint32_t node = 1;
    while (node < ways) {
        node = node * 2 + static_cast<std::uint32_t>(tree >> node & 1U);
    }
    return node - ways;
}

}  // namespace

TagStore::TagStore(const Geometry& geometry)
    : ways_(geometry.ways),
      replacement_(geometry.replacement),
      sets_(geometry.entries / geometry.ways),
      keys_(geometry.entries, nothing),
      order_(sets_) {
    ensure(std::has_single_bit(ways_) && ways_ <= 8 && sets_ * ways_ == geometry.entries &&
               (sets_ == 0 || std::has_single_bit(sets_)),
           "a store of powers of two");
    clear();
}

std::optional<std::size_t> TagStore::find(std::uint32_t key) const {
    if (keys_.empty()) {
        return std::nullopt;
    }
    const std::size_t first = set_of(key) * ways_;
    for (std::size_t place = first; place < first + ways_; ++place) {
        if (keys_[place] == key) {
            return place;
        }
    }
    return std::nullopt;
}

std::optional<std::size_t> TagStore::use(std::uint32_t key) {
    const auto place = find(key);
    if (place) {
        mark_used(set_of(key), static_cast<std::uint32_t>(*place % ways_));
    }
    return place;
}

std::size_t TagStore::insert(std::uint32_t key) {
    const std::size_t set = set_of(key);
    // A free entry is taken before one in use makes room.
    std::uint32_t way = 0;
    while (way < ways_ && keys_[set * ways_ + way] != nothing) {
        ++way;
    }
    if (way == ways_) {
        way = victim(set);
    }
    keys_[set * ways_ + way] = key;
    mark_used(set, way);
    return set * ways_ + way;
}

void TagStore::remove(std::uint32_t key) {
    if (const auto place = find(key)) {
        keys_[*place] = nothing;
    }
}

void TagStore::clear() {
    std::fill(keys_.begin(), keys_.end(), nothing);
    std::fill(order_.begin(), order_.end(), replacement_ == Replacement::lru ? first_order : 0U);
}

void TagStore::mark_used(std::size_t set, std::uint32_t way) {
    switch (replacement_) {
        case Replacement::round_robin: break;
        case Replacement::lru: order_[set] = moved_to_front(order_[set], way); break;
        case Replacement::pseudo_lru: order_[set] = pointed_away(order_[set], way, ways_); break;
    }
}

std::uint32_t TagStore::victim(std::size_t set) {
    switch (replacement_) {
        case Replacement::round_robin: return static_cast<std::uint32_t>(order_[set]++ % ways_);
        case Replacement::lru:
            return static_cast<std::uint32_t>(order_[set] >> (way_bits * (ways_ - 1)) & way_mask);
        case Replacement::pseudo_lru: return pointed_at(order_[set], ways_);
    }
    return 0;
}

}  // namespace ringside::cpu::memory_model
