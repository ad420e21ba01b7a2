// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "base/address.hpp"

namespace ringside {
class Archive;
}

namespace ringside::cpu::timing {

/// The pentium's branch target buffer: 256 entries in sets of 4, each with a counter of two bits.
/// What it does not know it takes for not taken; a taken branch enters it as strongly taken. Which
/// bits choose the set and which entry goes is not documented: the low bits, and the one that was
/// not used for longest.
class BranchTargets {
  public:
    /// A branch went to `target`, or was not taken; true when the buffer had said otherwise.
    bool resolve(LinearAddress branch, bool taken, LinearAddress target);

    void persist(Archive& archive);

  private:
    static constexpr std::size_t sets = 64;
    static constexpr std::size_t ways = 4;
    static constexpr std::uint8_t strongly_taken = 3;

    struct Entry {
        bool valid = false;
        std::uint8_t counter = 0;
        LinearAddress branch{};
        LinearAddress target{};
        std::uint64_t used = 0;
    };

    std::array<std::array<Entry, ways>, sets> entries_{};
    std::uint64_t uses_ = 0;
};

}  // namespace ringside::cpu::timing
