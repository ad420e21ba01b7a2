// SPDX-License-Identifier: MIT
#include "cpu/privilege/frame.hpp"

#include "cpu/segments/segmentation.hpp"

namespace ringside::cpu {
namespace {

/// Whether `size` bytes from `offset` lie in the segment without wrapping at the end of SP.
bool in_one_piece(const Segment& stack, std::uint32_t offset, std::uint32_t size,
                  std::uint32_t mask) {
    return offset <= mask - (size - 1) && stack.holds(offset, size);
}

std::uint32_t mask_of(const Segment& stack) {
    return stack.is_32bit() ? 0xFFFFFFFFU : 0xFFFFU;
}

/// Only ring 3 writes with the user's rights, and to it alone alignment matters.
template <typename W>
void write_word(Cpu& cpu, LinearAddress a, W value, mmu::Privilege rights) {
    if (rights == mmu::Privilege::user) {
        cpu.write<W>(a, value);
    } else {
        cpu.write_as<W>(a, value, rights);
    }
}

}  // namespace

bool has_room(const Segment& stack, std::uint32_t top, std::size_t count, bool wide) {
    const std::uint32_t mask = mask_of(stack);
    const std::uint32_t width = wide ? 4 : 2;
    for (std::uint32_t i = 1; i <= count; ++i) {
        if (!stack.writable || !stack.holds((top - i * width) & mask, width)) {
            return false;
        }
    }
    return true;
}

std::uint32_t write_frame(Cpu& cpu, const Segment& stack, std::uint32_t top,
                          std::span<const std::uint32_t> values, bool wide, mmu::Privilege rights,
                          std::uint32_t no_room) {
    const std::uint32_t mask = mask_of(stack);
    const std::uint32_t width = wide ? 4 : 2;
    const auto count = static_cast<std::uint32_t>(values.size());
    const std::uint32_t size = count * width;
    const std::uint32_t low = (top - size) & mask;
    if (in_one_piece(stack, low, size, mask) && stack.writable) [[likely]] {
        std::byte* const host = cpu.writable_at({stack.base + low}, size, rights);
        if (wide && host != nullptr) [[likely]] {
            for (std::uint32_t i = 0; i < count; ++i) {
                store<std::uint32_t>(host + (count - 1 - i) * 4, values[i]);
            }
            return low;
        }
    }
    if (!has_room(stack, top, count, wide)) {
        throw Fault::ss(no_room);
    }
    for (std::uint32_t i = 1; i <= count; ++i) {
        const LinearAddress at{stack.base + ((top - i * width) & mask)};
        if (wide) {
            write_word(cpu, at, values[i - 1], rights);
        } else {
            write_word(cpu, at, static_cast<std::uint16_t>(values[i - 1]), rights);
        }
    }
    return low;
}

std::uint32_t Frame::write_to(Cpu& cpu, const CheckedSegment& stack, std::uint32_t top, bool wide,
                              mmu::Privilege rights, std::uint32_t no_room) const {
    Segment segment;
    stack.load_into(segment);
    return write_frame(cpu, segment, top, std::span(values_).first(count_), wide, rights, no_room);
}

template <typename W>
void read_any_stack(Cpu& cpu, std::uint32_t depth, std::span<std::uint32_t> values) {
    const Segment& stack = cpu.segment(SegmentRegister::ss);
    const std::uint32_t mask = mask_of(stack);
    const auto size = static_cast<std::uint32_t>(values.size() * sizeof(W));
    const std::uint32_t low = (cpu.registers[GeneralRegister::esp] + depth) & mask;
    if (in_one_piece(stack, low, size, mask) && stack.readable) [[likely]] {
        const std::byte* host = cpu.readable_at({stack.base + low}, size);
        if (host != nullptr) [[likely]] {
            for (std::uint32_t& value : values) {
                value = load<W>(host);
                host += sizeof(W);
            }
            return;
        }
    }
    // Silicon begins at the highest, which shows when two of them fault.
    std::uint32_t offset = low + size;
    for (auto value = values.rbegin(); value != values.rend(); ++value) {
        offset -= static_cast<std::uint32_t>(sizeof(W));
        *value = cpu.read<W>(
            linear(cpu, SegmentRegister::ss, offset & mask, sizeof(W), mmu::Access::read));
    }
}

template void read_any_stack<std::uint16_t>(Cpu&, std::uint32_t, std::span<std::uint32_t>);
template void read_any_stack<std::uint32_t>(Cpu&, std::uint32_t, std::span<std::uint32_t>);

}  // namespace ringside::cpu
