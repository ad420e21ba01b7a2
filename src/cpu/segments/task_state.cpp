// SPDX-License-Identifier: MIT
#include "cpu/segments/task_state.hpp"

namespace ringside::cpu {
namespace {

std::uint32_t read_field(Cpu& cpu, LinearAddress at, bool wide) {
    return wide ? cpu.read_system<std::uint32_t>(at) : cpu.read_system<std::uint16_t>(at);
}

void write_field(Cpu& cpu, LinearAddress at, bool wide, std::uint32_t value) {
    if (wide) {
        cpu.write_system<std::uint32_t>(at, value);
    } else {
        cpu.write_system<std::uint16_t>(at, static_cast<std::uint16_t>(value));
    }
}

}  // namespace

TaskState read_task_state(Cpu& cpu, LinearAddress base, SystemType type) {
    const bool wide = is_tss32(type);
    const TaskLayout& layout = task_layout(type);
    const auto selector_at = [&](std::uint32_t offset) {
        return Selector{cpu.read_system<std::uint16_t>(base + offset)};
    };
    TaskState state;
    state.eip = read_field(cpu, base + layout.eip, wide);
    state.eflags = read_field(cpu, base + layout.eflags, wide);
    for (std::uint32_t i = 0; i < state.general.size(); ++i) {
        const std::uint32_t value = read_field(cpu, base + layout.general + i * layout.width, wide);
        state.general.at(i) = wide ? value : value | 0xFFFF0000U;
    }
    for (std::uint32_t i = 0; i < layout.segment_count; ++i) {
        state.segments.at(i) = selector_at(layout.segments + i * layout.width);
    }
    state.ldt = selector_at(layout.ldt);
    if (wide) {
        state.cr3 = cpu.read_system<std::uint32_t>(base + tss32::cr3);
        state.trap = (cpu.read_system<std::uint16_t>(base + tss32::trap) & 1U) != 0;
    }
    return state;
}

void write_task_state(Cpu& cpu, LinearAddress base, SystemType type, const TaskState& state) {
    const bool wide = is_tss32(type);
    const TaskLayout& layout = task_layout(type);
    write_field(cpu, base + layout.eip, wide, state.eip);
    write_field(cpu, base + layout.eflags, wide, state.eflags);
    for (std::uint32_t i = 0; i < state.general.size(); ++i) {
        write_field(cpu, base + layout.general + i * layout.width, wide, state.general.at(i));
    }
    for (std::uint32_t i = 0; i < layout.segment_count; ++i) {
        cpu.write_system<std::uint16_t>(base + layout.segments + i * layout.width,
                                        state.segments.at(i).value());
    }
}

}  // namespace ringside::cpu
