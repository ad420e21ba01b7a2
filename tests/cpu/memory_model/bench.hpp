// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string_view>

#include "cpu/memory_model/memory_model.hpp"
#include "cpu/privilege/rings.hpp"
#include "cpu/timing/adder.hpp"

namespace ringside::test {

/// Rings at the level `memory`, all descriptors accessed, and what its steps add.
class MemoryBench {
  public:
    explicit MemoryBench(cpu::Model model, unsigned ring = 0, std::uint32_t wait_states = 0);

    /// Places a program; it runs step by step from here on.
    void program(std::string_view hex);
    /// Runs so many instructions.
    void step(unsigned instructions = 1);

    /// Clocks that an adder got since the last call of note().
    [[nodiscard]] std::int64_t added(cpu::timing::Adder adder) const;
    [[nodiscard]] std::uint64_t clocks() const;
    [[nodiscard]] std::uint64_t reads() const;
    [[nodiscard]] std::uint64_t writes() const;
    void note();

    Rings rings;

  private:
    [[nodiscard]] const cpu::memory_model::Counters& counters() const;

    cpu::timing::Subtotals subtotals_;
    cpu::memory_model::Counters counters_;
    std::uint64_t clock_ = 0;
};

}  // namespace ringside::test
