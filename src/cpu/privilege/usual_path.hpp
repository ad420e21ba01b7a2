// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

#include "cpu/cpu.hpp"
#include "cpu/privilege/interrupt.hpp"

namespace ringside::cpu {

// Nearly every system call goes the same way: from flat ring 3 through a 32-bit gate to flat ring 0
// and back, with descriptors that are marked accessed already and tables whose translations are at
// hand. Both functions look whether all of that holds, reading as little as the processor does and
// changing nothing, and then take that way without another question. Where anything is different
// they answer false, and the general way, which knows every fault, starts from the beginning.

/// Through the gate of `event` to ring 0, by Route::inner; the clocks are left to the caller.
[[nodiscard]] bool enter_usual_way(Cpu& cpu, const Event& event, std::uint32_t return_eip);

/// IRETD from ring 0 to ring 3, likewise.
[[nodiscard]] bool return_usual_way(Cpu& cpu);

}  // namespace ringside::cpu
