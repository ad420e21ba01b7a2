// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

#include "cpu/cpu.hpp"
#include "cpu/instruction.hpp"
#include "cpu/segments/segmentation.hpp"

namespace ringside::cpu {

/// The stack of a block whose SS is flat and 32-bit.
struct FlatStack {
    static std::uint32_t pointer(const Cpu& cpu) { return cpu.registers[GeneralRegister::esp]; }
    static void set_pointer(Cpu& cpu, std::uint32_t value) {
        cpu.registers[GeneralRegister::esp] = value;
    }
    static LinearAddress address(Cpu&, std::uint32_t offset, std::uint32_t, mmu::Access) {
        return {offset};
    }
};

/// Any other stack: limits are checked, and a 16-bit one moves SP alone.
struct SegmentedStack {
    static std::uint32_t pointer(const Cpu& cpu) {
        return cpu.registers[GeneralRegister::esp] & stack_mask(cpu);
    }
    static void set_pointer(Cpu& cpu, std::uint32_t value) {
        std::uint32_t& esp = cpu.registers[GeneralRegister::esp];
        const std::uint32_t mask = stack_mask(cpu);
        esp = (esp & ~mask) | (value & mask);
    }
    static LinearAddress address(Cpu& cpu, std::uint32_t offset, std::uint32_t size,
                                 mmu::Access access) {
        return linear(cpu, SegmentRegister::ss, offset & stack_mask(cpu), size, access);
    }
};

/// Pushes one value; the pointer moves only when the write succeeded.
template <typename Stack, typename W>
void push(Cpu& cpu, W value) {
    const std::uint32_t top = Stack::pointer(cpu) - static_cast<std::uint32_t>(sizeof(W));
    cpu.write<W>(Stack::address(cpu, top, sizeof(W), mmu::Access::write), value);
    Stack::set_pointer(cpu, top);
}

/// The value `depth` bytes above the top, the pointer unmoved.
template <typename Stack, typename W>
[[nodiscard]] W peek(Cpu& cpu, std::uint32_t depth = 0) {
    return cpu.read<W>(
        Stack::address(cpu, Stack::pointer(cpu) + depth, sizeof(W), mmu::Access::read));
}

template <typename Stack>
void drop(Cpu& cpu, std::uint32_t bytes) {
    Stack::set_pointer(cpu, Stack::pointer(cpu) + bytes);
}

template <typename Stack, typename W>
[[nodiscard]] W pop(Cpu& cpu) {
    const W value = peek<Stack, W>(cpu);
    drop<Stack>(cpu, sizeof(W));
    return value;
}

/// Picks the stack that blocks of this mode may use.
template <typename Pick>
Selection with_stack(std::uint32_t mode, const Pick& pick) {
    return (mode & block_mode::flat_data) != 0 ? pick.template operator()<FlatStack>()
                                               : pick.template operator()<SegmentedStack>();
}

}  // namespace ringside::cpu
