// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

#include "cpu/cpu.hpp"
#include "cpu/privilege/watched.hpp"

namespace ringside::cpu {

/// A task gate of the IDT on its way.
struct TaskEntry {
    Selector tss;
    std::uint32_t return_eip = 0;  ///< saved in the old task
    std::uint32_t eflags = 0;      ///< saved in the old task
    std::uint32_t ext = 0;
    std::uint64_t ticks = 0;                    ///< of the path, without the switch itself
    const std::uint32_t* error_code = nullptr;  ///< pushed on the new task's stack
};

/// Switches to a 32-bit TSS, nested in the current task (Intel SDM vol. 3, "Task Switching").
/// What is wrong with the TSS itself is thrown before anything changed: #GP, #NP or #TS with its
/// selector. What is wrong with the new task's segments is thrown in the context of the new task.
void switch_task(Cpu& cpu, const TaskEntry& entry, Watched& watched);

}  // namespace ringside::cpu
