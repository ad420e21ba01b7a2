// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "cpu/cpu.hpp"
#include "cpu/fault.hpp"
#include "cpu/segments/segment.hpp"

namespace ringside::cpu {

/// Whether `count` words of 4 bytes when `wide`, else 2, may be pushed below `top`.
[[nodiscard]] bool has_room(const Segment& stack, std::uint32_t top, std::size_t count, bool wide);

/// Writes `values` in the order of pushing below `top` of a stack that need not be the current
/// one, as words of 4 bytes when `wide`, else 2, and returns the new top. Throws #SS(`no_room`)
/// before any write when the segment does not hold all of it.
std::uint32_t write_frame(Cpu& cpu, const Segment& stack, std::uint32_t top,
                          std::span<const std::uint32_t> values, bool wide, mmu::Privilege rights,
                          std::uint32_t no_room);

/// What a transfer pushes on the stack it switches to, in the order of pushing.
class Frame {
  public:
    void push(std::uint32_t value) { values_[count_++] = value; }

    /// Throws #SS(`no_room`) unless the frame may be pushed below `top`.
    void require_room(const Segment& stack, std::uint32_t top, bool wide,
                      std::uint32_t no_room) const {
        if (!has_room(stack, top, count_, wide)) {
            throw Fault::ss(no_room);
        }
    }

    /// See write_frame.
    std::uint32_t write(Cpu& cpu, const Segment& stack, std::uint32_t top, bool wide,
                        mmu::Privilege rights, std::uint32_t no_room) const {
        return write_frame(cpu, stack, top, std::span(values_).first(count_), wide, rights,
                           no_room);
    }

  private:
    std::array<std::uint32_t, 10> values_{};
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
