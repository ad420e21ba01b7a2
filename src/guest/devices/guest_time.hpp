// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

namespace ringside::guest {

/// Ticks of a crystal on the board against ticks of the processor's counter.
class CrystalTime {
  public:
    CrystalTime(std::uint64_t frequency, std::uint64_t counter_frequency)
        : frequency_(frequency), counter_frequency_(counter_frequency) {}

    /// Whole ticks of the crystal when the counter has reached `counter`.
    [[nodiscard]] std::uint64_t at(std::uint64_t counter) const {
        return static_cast<std::uint64_t>(Wide{counter} * frequency_ / counter_frequency_);
    }
    /// The first value of the counter at which `at` gives `tick`.
    [[nodiscard]] std::uint64_t counter_at(std::uint64_t tick) const {
        return static_cast<std::uint64_t>((Wide{tick} * counter_frequency_ + frequency_ - 1) /
                                          frequency_);
    }

  private:
    __extension__ using Wide = unsigned __int128;

    std::uint64_t frequency_;
    std::uint64_t counter_frequency_;
};

}  // namespace ringside::guest
