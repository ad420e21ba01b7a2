// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "cpu/cpu.hpp"
#include "cpu/fault.hpp"
#include "cpu/segments/segment.hpp"

namespace ringside::cpu {

/// What a transfer pushes on the stack it switches to, in the order of pushing.
class Frame {
  public:
    void push(std::uint32_t value) { values_[count_++] = value; }

    /// Writes the frame below `top` of a stack that need not be the current one, with words of 4
    /// bytes when `wide`, else 2, and returns the new top. Throws #SS(`no_room`) before any write
    /// when the segment does not hold all of it.
    std::uint32_t write(Cpu& cpu, const Segment& stack, std::uint32_t top, bool wide,
                        mmu::Privilege rights, std::uint32_t no_room) const;

  private:
    std::array<std::uint32_t, 6> values_{};
    unsigned count_ = 0;
};

/// Reads `values` from the current stack, the first of them `depth` bytes above the top; the
/// pointer does not move. Throws #SS(0) beyond the segment.
template <typename W>
void read_stack(Cpu& cpu, std::uint32_t depth, std::span<std::uint32_t> values);
extern template void read_stack<std::uint16_t>(Cpu&, std::uint32_t, std::span<std::uint32_t>);
extern template void read_stack<std::uint32_t>(Cpu&, std::uint32_t, std::span<std::uint32_t>);

/// Moves the current stack pointer up by `bytes`: SP alone in a 16-bit stack segment.
void release_stack(Cpu& cpu, std::uint32_t bytes);

/// Loads the stack pointer of a segment just loaded into SS: SP alone when it is a 16-bit one.
void set_stack_pointer(Cpu& cpu, std::uint32_t value);

}  // namespace ringside::cpu
