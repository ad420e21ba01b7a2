// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

#include "cpu/cpu.hpp"

namespace ringside::cpu {

/// Offsets in the 32-bit TSS (Intel SDM vol. 3, "Task-State Segment (TSS)").
namespace tss32 {
inline constexpr std::uint32_t back_link = 0x00;
inline constexpr std::uint32_t esp0 = 0x04;
inline constexpr std::uint32_t cr3 = 0x1C;
inline constexpr std::uint32_t eip = 0x20;
inline constexpr std::uint32_t eflags = 0x24;
inline constexpr std::uint32_t general = 0x28;   ///< EAX ECX EDX EBX ESP EBP ESI EDI
inline constexpr std::uint32_t segments = 0x48;  ///< ES CS SS DS FS GS
inline constexpr std::uint32_t ldt = 0x60;
inline constexpr std::uint32_t trap = 0x64;  ///< bit 0: T
inline constexpr std::uint32_t io_map_base = 0x66;
/// A limit below this makes the TSS invalid.
inline constexpr std::uint32_t least_limit = 0x67;
}  // namespace tss32

/// Offsets in the 16-bit TSS.
namespace tss16 {
inline constexpr std::uint32_t sp0 = 0x02;
}  // namespace tss16

[[nodiscard]] inline bool is_tss32(const SystemSegment& task) {
    return (static_cast<unsigned>(task.type) & 8U) != 0;
}

}  // namespace ringside::cpu
