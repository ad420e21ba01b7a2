// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <random>

#include "cpu/fpu/form.hpp"
#include "cpu/fpu/host_x87.hpp"

namespace ringside::test {

/// Random x87 states and operands that lean towards where mistakes live: zeros, denormals,
/// pseudo-denormals, unnormals, infinities, both kinds of NaN, halves, neighbours, exponent ends.
class X87Operands {
  public:
    explicit X87Operands(std::uint64_t seed) : random_(seed) {}

    [[nodiscard]] std::uint64_t bits() { return random_(); }
    [[nodiscard]] unsigned below(unsigned limit) {
        return static_cast<unsigned>(random_() % limit);
    }
    [[nodiscard]] bool one_in(unsigned n) { return below(n) == 0; }

    [[nodiscard]] cpu::fpu::Float80 real80();
    /// A normal number of moderate size.
    [[nodiscard]] cpu::fpu::Float80 ordinary();
    [[nodiscard]] std::uint32_t real32();
    [[nodiscard]] std::uint64_t real64();
    [[nodiscard]] std::uint64_t integer();
    [[nodiscard]] cpu::fpu::Control control();
    /// No unmasked exception is pending in it.
    [[nodiscard]] cpu::fpu::State state();
    /// A state and a memory operand for an instruction of this form.
    [[nodiscard]] X87Step step(const cpu::fpu::Form& form);

  private:
    [[nodiscard]] std::uint64_t significand();
    [[nodiscard]] std::uint16_t exponent();
    void fill_image(X87Step& step);

    std::mt19937_64 random_;
};

}  // namespace ringside::test
