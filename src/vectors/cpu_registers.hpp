// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <string_view>
#include <utility>

#include "cpu/cpu.hpp"
#include "vectors/vector.hpp"

namespace ringside::vectors {

inline constexpr std::array<std::pair<Register, cpu::GeneralRegister>, 8> general_registers{
    {{Register::eax, cpu::GeneralRegister::eax},
     {Register::ebx, cpu::GeneralRegister::ebx},
     {Register::ecx, cpu::GeneralRegister::ecx},
     {Register::edx, cpu::GeneralRegister::edx},
     {Register::esi, cpu::GeneralRegister::esi},
     {Register::edi, cpu::GeneralRegister::edi},
     {Register::ebp, cpu::GeneralRegister::ebp},
     {Register::esp, cpu::GeneralRegister::esp}}};

inline constexpr std::array<std::pair<Register, cpu::SegmentRegister>, 6> segment_registers{
    {{Register::cs, cpu::SegmentRegister::cs},
     {Register::ds, cpu::SegmentRegister::ds},
     {Register::es, cpu::SegmentRegister::es},
     {Register::fs, cpu::SegmentRegister::fs},
     {Register::gs, cpu::SegmentRegister::gs},
     {Register::ss, cpu::SegmentRegister::ss}}};

/// Nothing is pending and no time has passed.
inline void reset_execution(cpu::Cpu& cpu) {
    cpu.interrupt_shadow = false;
    cpu.trap_suppressed = false;
    cpu.debug_shadow = false;
    cpu.debug_traps = 0;
    cpu.pending_interrupt.reset();
    cpu.clock = 0;
    cpu.at = nullptr;
}

[[nodiscard]] inline std::string_view exit_name(cpu::ExitKind kind) {
    switch (kind) {
        case cpu::ExitKind::none: return "for no reason";
        case cpu::ExitKind::budget_spent: return "time is up";
        case cpu::ExitKind::port_io: return "a port is asked for";
        case cpu::ExitKind::halted: return "HLT";
        case cpu::ExitKind::shutdown: return "triple fault";
        case cpu::ExitKind::debug_stop: return "stopped by the observer";
    }
    return "unknown";
}

}  // namespace ringside::vectors
