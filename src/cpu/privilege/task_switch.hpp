// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

#include "cpu/cpu.hpp"
#include "cpu/privilege/watched.hpp"

namespace ringside::cpu {

/// What a switch means for the two tasks.
enum class Nesting : std::uint8_t {
    none,      ///< JMP: the old task becomes available
    nested,    ///< CALL, interrupts: the old task stays busy, the new one links back to it
    returned,  ///< IRET: the old task becomes available, the new one is busy already
};

/// A task switch on its way.
struct TaskEntry {
    Selector tss;
    Nesting nesting = Nesting::nested;
    std::uint32_t return_eip = 0;  ///< saved in the old task
    std::uint32_t eflags = 0;      ///< saved in the old task
    std::uint32_t ext = 0;
    std::uint64_t ticks = 0;                    ///< of the path, without the switch itself
    const std::uint32_t* error_code = nullptr;  ///< pushed on the new task's stack
};

/// Switches to another task, of either kind (Intel SDM vol. 3, "Task Switching"). What is wrong
/// with the two TSSs is thrown before anything changed: #GP (#TS by IRET), #NP or #TS with the
/// selector. What is wrong with the new task's segments is thrown in the context of the new task.
void switch_task(Cpu& cpu, const TaskEntry& entry, Watched& watched);

}  // namespace ringside::cpu
