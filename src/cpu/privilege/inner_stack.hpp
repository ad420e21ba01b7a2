// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

#include "cpu/cpu.hpp"
#include "cpu/segments/descriptor_table.hpp"
#include "cpu/segments/segment_load.hpp"
#include "cpu/segments/task_state.hpp"

namespace ringside::cpu {

/// A stack that is not in SS:ESP yet.
struct InnerStack {
    CheckedSegment segment;
    std::uint32_t pointer = 0;
};

/// SS:ESP of an inner ring from the current TSS, with the checks of SDM vol. 3, "Stack Switching":
/// #TS(TSS) when it lies beyond the TSS, #TS(SS) for a selector that is no stack of that ring,
/// #SS(SS) when the segment is not present.
[[nodiscard]] inline InnerStack inner_stack(Cpu& cpu, unsigned ring, std::uint32_t ext) {
    const LoadFaults faults{Vector::invalid_tss, ext};
    const bool wide = is_tss32(cpu.tr);
    const std::uint32_t pointer = wide ? tss32::esp0 + ring * 8 : tss16::sp0 + ring * 4;
    const std::uint32_t selector = pointer + (wide ? 4 : 2);
    // All of the entry must be there, the unused half of the selector's dword included.
    if (!cpu.tr.valid || pointer + (wide ? 7 : 3) > cpu.tr.limit) [[unlikely]] {
        throw selector_fault(Vector::invalid_tss, cpu.tr.selector, ext);
    }
    const Selector ss{cpu.read_system<std::uint16_t>(cpu.tr.base + selector)};
    const std::uint32_t esp = wide ? cpu.read_system<std::uint32_t>(cpu.tr.base + pointer)
                                   : cpu.read_system<std::uint16_t>(cpu.tr.base + pointer);
    return {stack_segment(cpu, ss, ring, faults), esp};
}

}  // namespace ringside::cpu
