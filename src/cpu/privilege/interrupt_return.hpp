// SPDX-License-Identifier: MIT
#pragma once

#include "cpu/cpu.hpp"
#include "cpu/op.hpp"

namespace ringside::cpu {

/// IRET and IRETD, W the operand size: to the same ring or an outer one, and from a nested
/// task to the one before it.
template <typename W>
void interrupt_return(Cpu& cpu, const Op* op);

}  // namespace ringside::cpu
