// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "cpu/cpu.hpp"
#include "cpu/fault.hpp"
#include "cpu/segments/segment.hpp"
#include "cpu/segments/segment_load.hpp"
#include "cpu/segments/segmentation.hpp"

namespace ringside::cpu {

/// Whether `count` words of 4 bytes when `wide`, else 2, may be pushed below `top`.
[[nodiscard]] bool has_room(const Segment& stack, std::uint32_t top, std::size_t count, bool wide);

/// Writes `values` in the order of pushing below `top` of a stack that need not be the current
/// one, as words of 4 bytes when `wide`, else 2, and returns the new top. Throws #SS(`no_room`)
/// before any write when the segment does not hold all of it.
std::uint32_t write_frame(Cpu& cpu, const Segment& stack, std::uint32_t top,
                          std::span<const std::uint32_t> values, bool wide, mmu::Privilege rights,
                          std::uint32_t no_room);

/// The same at once where the stack is a flat one of 32 bits, the words are wide and one
/// translation at hand allows all of them; nothing written and no answer elsewhere.
[[nodiscard]] inline std::optional<std::uint32_t> write_flat_frame(
    Cpu& cpu, std::uint32_t top, std::span<const std::uint32_t> values, mmu::Privilege rights) {
    const auto size = static_cast<std::uint32_t>(values.size() * 4);
    const std::uint32_t low = top - size;
    std::byte* host = cpu.writable_at({low}, size, rights);
    if (host == nullptr) [[unlikely]] {
        return std::nullopt;
    }
    for (auto value = values.rbegin(); value != values.rend(); ++value, host += 4) {
        store<std::uint32_t>(host, *value);
    }
    return low;
}

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
        const auto values = std::span(values_).first(count_);
        if (wide && stack.as_stack != 0) [[likely]] {
            if (const auto low = write_flat_frame(cpu, top, values, rights)) [[likely]] {
                return *low;
            }
        }
        return write_frame(cpu, stack, top, values, wide, rights, no_room);
    }
    /// The same for a stack that is not in a segment register yet.
    std::uint32_t write(Cpu& cpu, const CheckedSegment& stack, std::uint32_t top, bool wide,
                        mmu::Privilege rights, std::uint32_t no_room) const {
        if (wide && stack.descriptor.is_flat()) [[likely]] {
            const auto values = std::span(values_).first(count_);
            if (const auto low = write_flat_frame(cpu, top, values, rights)) [[likely]] {
                return *low;
            }
        }
        return write_to(cpu, stack, top, wide, rights, no_room);
    }

  private:
    std::uint32_t write_to(Cpu& cpu, const CheckedSegment& stack, std::uint32_t top, bool wide,
                           mmu::Privilege rights, std::uint32_t no_room) const;

    std::array<std::uint32_t, 10> values_{};
    unsigned count_ = 0;
};

template <typename W>
void read_any_stack(Cpu& cpu, std::uint32_t depth, std::span<std::uint32_t> values);
extern template void read_any_stack<std::uint16_t>(Cpu&, std::uint32_t, std::span<std::uint32_t>);
extern template void read_any_stack<std::uint32_t>(Cpu&, std::uint32_t, std::span<std::uint32_t>);

/// Reads `values` from the current stack, the first of them `depth` bytes above the top; the
/// pointer does not move. Throws #SS(0) beyond the segment.
template <typename W>
void read_stack(Cpu& cpu, std::uint32_t depth, std::span<std::uint32_t> values) {
    if (cpu.segment(SegmentRegister::ss).as_stack != 0) [[likely]] {
        const LinearAddress low{cpu.registers[GeneralRegister::esp] + depth};
        const auto size = static_cast<std::uint32_t>(values.size() * sizeof(W));
        if (const std::byte* host = cpu.readable_at(low, size)) [[likely]] {
            for (std::uint32_t& value : values) {
                value = load<W>(host);
                host += sizeof(W);
            }
            return;
        }
    }
    read_any_stack<W>(cpu, depth, values);
}

/// Loads the stack pointer of a segment just loaded into SS: SP alone when it is a 16-bit one.
inline void set_stack_pointer(Cpu& cpu, std::uint32_t value) {
    const std::uint32_t mask = stack_mask(cpu);
    std::uint32_t& esp = cpu.registers[GeneralRegister::esp];
    esp = (esp & ~mask) | (value & mask);
}

/// Moves the current stack pointer up by `bytes`: SP alone in a 16-bit stack segment.
inline void release_stack(Cpu& cpu, std::uint32_t bytes) {
    set_stack_pointer(cpu, cpu.registers[GeneralRegister::esp] + bytes);
}

}  // namespace ringside::cpu
