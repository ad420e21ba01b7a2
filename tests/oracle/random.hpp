// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <iterator>

namespace ringside::oracle {

/// SplitMix64 (Steele, Lea, Flood: Fast Splittable Pseudorandom Number Generators, 2014): the same
/// numbers on every host, and any seed is a good one.
class Random {
  public:
    explicit Random(std::uint64_t seed) : state_(seed) {}

    std::uint64_t u64() {
        std::uint64_t z = state_ += 0x9E3779B97F4A7C15;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
    std::uint32_t u32() { return static_cast<std::uint32_t>(u64() >> 32); }
    std::uint8_t u8() { return static_cast<std::uint8_t>(u64() >> 56); }
    /// 0 to `limit` - 1.
    std::uint32_t below(std::uint32_t limit) {
        return static_cast<std::uint32_t>((std::uint64_t{u32()} * limit) >> 32);
    }
    bool percent(std::uint32_t chance) { return below(100) < chance; }
    template <typename Range>
    const auto& one_of(const Range& range) {
        return *std::next(std::begin(range), below(static_cast<std::uint32_t>(std::size(range))));
    }

  private:
    std::uint64_t state_;
};

}  // namespace ringside::oracle
