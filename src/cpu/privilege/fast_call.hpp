// SPDX-License-Identifier: MIT
#pragma once

#include "cpu/cpu.hpp"
#include "cpu/op.hpp"

namespace ringside::cpu {

/// SYSENTER: to ring 0 at MSR 176 on the stack of MSR 175. #GP(0) while MSR 174 is null,
/// and in real mode.
void system_enter(Cpu& cpu, const Op* op);
/// SYSEXIT: from ring 0 to ring 3 at EDX on the stack of ECX.
void system_exit(Cpu& cpu, const Op* op);

}  // namespace ringside::cpu
