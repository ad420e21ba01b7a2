// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

#include "cpu/cpu.hpp"
#include "cpu/segments/task_state.hpp"

namespace ringside::cpu {

/// The registers of a task just switched to, CR3 and the CPL among them. Its segments and LDT have
/// their selectors but are not usable yet, but for a virtual 8086 task's.
void load_task_registers(Cpu& cpu, const TaskState& state);

/// Looks the selectors up that load_task_registers left. Throws #TS, #NP or #SS with the selector
/// and `ext`; the registers not reached stay unusable.
void load_task_segments(Cpu& cpu, std::uint32_t ext);

}  // namespace ringside::cpu
