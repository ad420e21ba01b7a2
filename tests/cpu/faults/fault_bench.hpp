// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "cpu/faults/memory_forms.hpp"
#include "cpu/privilege/rings.hpp"

namespace ringside::test {

/// All that a fault must leave alone.
struct Snapshot {
    std::array<std::uint32_t, 8> general{};
    std::uint32_t eflags = 0;
    std::array<std::uint16_t, 6> selectors{};
    std::array<std::uint32_t, 6> control{};
    cpu::fpu::State fpu;
    std::array<cpu::simd::Xmm, 8> xmm{};
    std::uint32_t mxcsr = 0;
    std::vector<std::uint8_t> memory;
};

/// A processor of the newest model under paging, that runs one form after the other.
class FaultBench {
  public:
    static constexpr std::uint32_t first_page = 0x50000;
    static constexpr std::uint32_t second_page = first_page + page_size;

    explicit FaultBench(unsigned ring = 0);

    [[nodiscard]] Rings& machine() { return m_; }
    [[nodiscard]] const std::vector<cpu::Transition>& transitions() const { return m_.transitions; }

    /// Registers with values of their own, no exception pending anywhere, both operand pages
    /// there; a HLT behind the code.
    void reset();
    /// Another page-table entry for one of them.
    void map(std::uint32_t page, std::uint32_t entry);
    void place(const MemoryForm& form, std::uint32_t address);
    void run();

    [[nodiscard]] Snapshot snapshot() const;
    /// What else than the pushed frame differs behind the first exception; empty when nothing.
    [[nodiscard]] std::string changed(const Snapshot& before) const;

  private:
    unsigned ring_;
    Rings m_;
};

/// Alignment without which the form is #GP(0), 1 for none.
[[nodiscard]] std::uint32_t required_alignment(const MemoryForm& form);
/// Whether the operand is no data access: an address alone, a hint.
[[nodiscard]] bool is_no_access(const MemoryForm& form);

}  // namespace ringside::test
