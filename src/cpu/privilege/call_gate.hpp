// SPDX-License-Identifier: MIT
#pragma once

#include "cpu/cpu.hpp"
#include "cpu/op.hpp"
#include "cpu/privilege/far_transfer.hpp"

namespace ringside::cpu {

/// Far JMP or CALL through a call gate (Intel SDM vol. 2, CALL and JMP, "CALL-GATE"): a CALL to a
/// nonconforming segment of an inner ring switches to the stack that the TSS has for it and copies
/// the gate's count of parameters there. All checks come before the first change.
void through_call_gate(Cpu& cpu, const Op* op, const FarTarget& to);

}  // namespace ringside::cpu
