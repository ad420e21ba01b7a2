// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstdint>

#include "cpu/cpu.hpp"

namespace ringside::cpu {

/// Offsets in the 32-bit TSS (Intel SDM vol. 3, "Task-State Segment (TSS)").
namespace tss32 {
inline constexpr std::uint32_t esp0 = 0x04;
inline constexpr std::uint32_t cr3 = 0x1C;
inline constexpr std::uint32_t trap = 0x64;  ///< bit 0: T
inline constexpr std::uint32_t io_map_base = 0x66;
/// A limit below this makes the TSS invalid.
inline constexpr std::uint32_t least_limit = 0x67;
}  // namespace tss32

/// Offsets in the 16-bit TSS, which has no CR3, FS, GS, T bit and I/O permission map.
namespace tss16 {
inline constexpr std::uint32_t sp0 = 0x02;
inline constexpr std::uint32_t least_limit = 0x2B;
}  // namespace tss16

/// What both kinds have, at offsets of their own. The selector of the task before stands at 0.
struct TaskLayout {
    std::uint32_t width = 4;  ///< bytes from one field to the next
    std::uint32_t eip = 0x20;
    std::uint32_t eflags = 0x24;
    std::uint32_t general = 0x28;   ///< EAX ECX EDX EBX ESP EBP ESI EDI
    std::uint32_t segments = 0x48;  ///< ES CS SS DS FS GS
    std::uint32_t segment_count = segment_registers;
    std::uint32_t ldt = 0x60;
    std::uint32_t least_limit = tss32::least_limit;
};
inline constexpr TaskLayout layout32{};
inline constexpr TaskLayout layout16{2, 0x0E, 0x10, 0x12, 0x22, 4, 0x2A, tss16::least_limit};

[[nodiscard]] constexpr bool is_tss(SystemType type) {
    return type == SystemType::tss16_available || type == SystemType::tss16_busy ||
           type == SystemType::tss32_available || type == SystemType::tss32_busy;
}
[[nodiscard]] constexpr bool is_busy_tss(SystemType type) {
    return type == SystemType::tss16_busy || type == SystemType::tss32_busy;
}
[[nodiscard]] constexpr bool is_tss32(SystemType type) {
    return (static_cast<unsigned>(type) & 8U) != 0;
}
[[nodiscard]] inline bool is_tss32(const SystemSegment& task) {
    return is_tss32(task.type);
}
[[nodiscard]] constexpr const TaskLayout& task_layout(SystemType type) {
    return is_tss32(type) ? layout32 : layout16;
}

/// The registers that a task switch saves and loads.
struct TaskState {
    std::uint32_t eip = 0;
    std::uint32_t eflags = 0;
    std::array<std::uint32_t, 8> general{};
    std::array<Selector, segment_registers> segments{};
    // Only loaded:
    Selector ldt;
    std::uint32_t cr3 = 0;
    bool trap = false;  ///< the T bit
};

/// Reads a TSS. What the 16-bit kind lacks is zero, but the upper halves of the general registers
/// are all ones, as the i386 leaves them.
[[nodiscard]] TaskState read_task_state(Cpu& cpu, LinearAddress base, SystemType type);

/// Writes the fields that are saved; see saved_bytes.
void write_task_state(Cpu& cpu, LinearAddress base, SystemType type, const TaskState& state);

/// The bytes from the EIP field on that write_task_state touches.
[[nodiscard]] constexpr std::uint32_t saved_bytes(const TaskLayout& layout) {
    return layout.segments + layout.segment_count * layout.width - layout.eip;
}

}  // namespace ringside::cpu
