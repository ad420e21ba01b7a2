// SPDX-License-Identifier: MIT
#pragma once

#include "cpu/cpu.hpp"
#include "cpu/op.hpp"
#include "cpu/privilege/far_transfer.hpp"

namespace ringside::cpu {

/// Far JMP or CALL to a TSS or through a task gate; the offset of the pointer means nothing.
void transfer_to_task(Cpu& cpu, const Op* op, const FarTarget& to);

/// IRET with NT set: back to the task that the current TSS links to.
void return_to_task(Cpu& cpu, const Op* op);

}  // namespace ringside::cpu
