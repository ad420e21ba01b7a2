// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

namespace ringside::host {

/// The one source of chance a guest may see: SplitMix64 from `--seed`, the same on every host.
class Random {
  public:
    explicit constexpr Random(std::uint64_t seed) : state_(seed) {}

    constexpr std::uint64_t next() {
        state_ += 0x9E3779B97F4A7C15ULL;
        std::uint64_t z = state_;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ULL;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EBULL;
        return z ^ (z >> 31);
    }
    constexpr std::uint32_t next32() { return static_cast<std::uint32_t>(next() >> 32); }

    [[nodiscard]] constexpr std::uint64_t state() const { return state_; }

  private:
    std::uint64_t state_;
};

}  // namespace ringside::host
