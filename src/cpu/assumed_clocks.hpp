// SPDX-License-Identifier: MIT
#pragma once

#include "cpu/cpu.hpp"

namespace ringside::cpu {

/// Whether the counter contains, or will, a figure that no source has.
[[nodiscard]] bool has_assumed_clocks(const Cpu& cpu);

}  // namespace ringside::cpu
