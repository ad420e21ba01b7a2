// SPDX-License-Identifier: MIT
#pragma once

#include <string>

#include "cpu/cpu.hpp"

namespace ringside::trace {

/// What the accesses met, a line for each TLB and cache that the processor has, for a reader; empty
/// below the level `memory`.
[[nodiscard]] std::string memory_text(const cpu::Cpu& cpu);

}  // namespace ringside::trace
