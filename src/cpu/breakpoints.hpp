// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

#include "cpu/cpu.hpp"

namespace ringside::cpu {

// The four breakpoints of DR0 to DR3 under DR7 (Intel SDM vol. 3, "Debug Registers"), and places
// that the host watches. What they cost is paid while one is enabled: instructions then run one by
// one, and while one waits for data every access goes the long way.

namespace breakpoint_kind {
inline constexpr std::uint32_t instruction = 1;
inline constexpr std::uint32_t data = 2;
inline constexpr std::uint32_t port = 4;
inline constexpr std::uint32_t watch = 8;  ///< of the host (cpu::Watch); DR0 to DR7 know nothing
inline constexpr std::uint32_t step = 16;  ///< the host wants to be back after one instruction
}  // namespace breakpoint_kind

/// Bits of breakpoint_kind for the breakpoints that DR7 enables, locally or globally, and for what
/// the host watches.
[[nodiscard]] std::uint32_t armed_kinds(const Cpu& cpu);

/// B0 to B3 of the instruction breakpoints at this address when one of them is enabled, else 0.
[[nodiscard]] std::uint32_t instruction_breakpoints(const Cpu& cpu, LinearAddress a);

void note_data(Cpu& cpu, LinearAddress a, std::uint32_t size, mmu::Access access);
void note_ports(Cpu& cpu, std::uint32_t port, std::uint32_t size);

/// Tells the observer when one of cpu.watches() wants to know of the access.
void note_watched(Cpu& cpu, LinearAddress a, std::uint32_t size, mmu::Access access);

/// Marks the breakpoints that an access of the current instruction meets in cpu.breakpoints_hit.
inline void note_access(Cpu& cpu, LinearAddress a, std::uint32_t size, mmu::Access access) {
    if ((cpu.armed & breakpoint_kind::data) != 0) [[unlikely]] {
        note_data(cpu, a, size, access);
    }
    if ((cpu.armed & breakpoint_kind::watch) != 0) [[unlikely]] {
        note_watched(cpu, a, size, access);
    }
}
inline void note_port_access(Cpu& cpu, std::uint32_t port, std::uint32_t size) {
    if ((cpu.armed & breakpoint_kind::port) != 0) [[unlikely]] {
        note_ports(cpu, port, size);
    }
}

/// At the end of an instruction or iteration: what it met becomes a due debug trap. Breakpoints
/// that are not enabled raise none, but tell that they were met when an enabled one does.
void gather_breakpoints(Cpu& cpu);

}  // namespace ringside::cpu
