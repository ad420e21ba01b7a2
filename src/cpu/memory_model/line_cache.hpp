// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>

#include "base/address.hpp"
#include "cpu/memory_model/tag_store.hpp"

namespace ringside::cpu::memory_model {

enum class OnMiss : std::uint8_t { fill, leave };

/// The lines of physical memory that a cache would hold. The bytes are elsewhere.
class LineCache {
  public:
    /// `bytes` 0: a cache that holds nothing.
    LineCache(std::uint32_t bytes, std::uint32_t ways, std::uint32_t line, Replacement replacement)
        : tags_({line == 0 ? 0 : bytes / line, ways, replacement}),
          shift_(static_cast<unsigned>(std::countr_zero(std::max(line, 1U)))) {}

    [[nodiscard]] bool exists() const { return tags_.places() != 0; }
    [[nodiscard]] std::uint32_t line_of(PhysicalAddress a) const { return a.value >> shift_; }

    /// Whether the line was there; after a miss it is, if it is to be filled.
    bool use(std::uint32_t line, OnMiss on_miss) {
        if (tags_.use(line)) {
            return true;
        }
        if (on_miss == OnMiss::fill) {
            tags_.insert(line);
        }
        return false;
    }
    void clear() { tags_.clear(); }
    void persist(Archive& archive) { tags_.persist(archive); }

  private:
    TagStore tags_;
    unsigned shift_;
};

}  // namespace ringside::cpu::memory_model
