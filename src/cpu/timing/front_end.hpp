// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstdint>

#include "cpu/timing/issue.hpp"

namespace ringside::cpu::timing {

/// Decoding ahead, as the i486 and the pentium do it: a prefix takes a clock, unless the
/// instruction before still runs.
class FrontEnd {
  public:
    /// Clocks of `issue`'s prefixes that nobody notices.
    [[nodiscard]] std::int64_t hidden(const Issue& issue, std::uint64_t now) const {
        if (!running_) {
            return 0;
        }
        // The last clock of a run is the one in which the next would be decoded anyway.
        const std::int64_t spare = static_cast<std::int64_t>(now - began_) - before_ - 1;
        return std::clamp<std::int64_t>(spare, 0, issue.prefix_ticks);
    }
    /// A run begins at `now`, `stall` clocks of which pass before its first instruction does.
    void begin(std::uint64_t now, std::int64_t stall) {
        running_ = true;
        began_ = now;
        before_ = stall;
    }
    /// The run in flight waits for another clock before it does anything.
    void delay() { ++before_; }
    void restart() { running_ = false; }

    template <typename A>
    void persist(A& archive) {
        persist_all(archive, running_, began_, before_);
    }

  private:
    bool running_ = false;
    std::uint64_t began_ = 0;
    std::int64_t before_ = 0;
};

/// Registers that the address unit needs at once.
[[nodiscard]] inline std::uint8_t addressing(const Issue& issue) {
    return issue.stack == StackUse::none ? issue.address
                                         : static_cast<std::uint8_t>(issue.address | esp_bit);
}

}  // namespace ringside::cpu::timing
