// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace ringside::cpu::timing {

/// The corrections that the levels `pipe` and `memory` make to the sum of the table.
enum class Adder : std::uint8_t {
    pair,        ///< two instructions in one clock; negative
    agi,         ///< an address that the instruction before computed
    prefix,      ///< prefixes decoded while the instruction before still ran; negative
    branch,      ///< branches that were predicted wrongly
    tlb,         ///< page walks
    cache,       ///< lines that had to be read
    queue,       ///< waits for the next instruction's bytes
    wait,        ///< wait states of the bus
    misaligned,  ///< operands that cross a boundary
};
inline constexpr std::size_t adder_count = 9;

[[nodiscard]] constexpr std::string_view name_of(Adder adder) {
    constexpr std::array<std::string_view, adder_count> names{
        "pairing", "address generation", "prefix shadow", "branch prediction", "page walks",
        "caches",  "prefetch queue",     "wait states",   "misalignment"};
    return names[static_cast<std::size_t>(adder)];
}

/// Ticks by adder.
class Subtotals {
  public:
    [[nodiscard]] std::int64_t& operator[](Adder adder) {
        return ticks_[static_cast<std::size_t>(adder)];
    }
    [[nodiscard]] std::int64_t operator[](Adder adder) const {
        return ticks_[static_cast<std::size_t>(adder)];
    }
    [[nodiscard]] std::int64_t sum() const {
        std::int64_t sum = 0;
        for (const std::int64_t ticks : ticks_) {
            sum += ticks;
        }
        return sum;
    }

    template <typename A>
    void persist(A& archive) {
        persist_all(archive, ticks_);
    }

  private:
    std::array<std::int64_t, adder_count> ticks_{};
};

}  // namespace ringside::cpu::timing
