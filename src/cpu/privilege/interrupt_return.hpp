// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

#include "cpu/cpu.hpp"
#include "cpu/op.hpp"

namespace ringside::cpu {

/// EFLAGS after a return to `image`, of which the operand size reads the bits of `operand_mask`: IF
/// needs CPL <= IOPL and IOPL needs CPL 0, both as they are before it. VM stays.
[[nodiscard]] std::uint32_t returned_eflags(const Cpu& cpu, std::uint32_t image,
                                            std::uint32_t operand_mask);

/// IRET and IRETD, W the operand size: to the same ring or an outer one, from a nested
/// task to the one before it, to virtual 8086 mode, and within it and real mode.
template <typename W>
void interrupt_return(Cpu& cpu, const Op* op);

}  // namespace ringside::cpu
