// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <random>

#include "cpu/simd/float_format.hpp"
#include "cpu/simd/host_sse.hpp"

namespace ringside::test {

/// Random operands that lean towards where mistakes live: zeros, denormals and what is next to
/// them, infinities, both kinds of NaN, ties, the ends of the integers, pairs that nearly cancel.
class FloatOperands {
  public:
    explicit FloatOperands(std::uint64_t seed) : random_(seed) {}

    [[nodiscard]] std::uint64_t bits() { return random_(); }
    [[nodiscard]] unsigned below(unsigned limit) {
        return static_cast<unsigned>(random_() % limit);
    }
    [[nodiscard]] bool one_in(unsigned n) { return below(n) == 0; }

    template <typename F>
    [[nodiscard]] typename F::Bits real();
    /// An operand that goes with `other`: like it, its neighbour, its opposite; or any.
    template <typename F>
    [[nodiscard]] typename F::Bits partner(typename F::Bits other);
    [[nodiscard]] std::uint32_t mxcsr();
    /// Registers of singles, or of doubles.
    [[nodiscard]] SseStep step(bool singles);

  private:
    template <typename F>
    void fill(SseStep& step);

    std::mt19937_64 random_;
};

}  // namespace ringside::test
