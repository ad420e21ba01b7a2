// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

#include "cpu/cpu.hpp"
#include "cpu/op.hpp"
#include "cpu/privilege/interrupt.hpp"

namespace ringside::cpu {

// Transfers of real mode. The far ones and IRET are also those of virtual 8086 mode: a selector
// names a paragraph there, so there is nothing to check but stack and IP (SDM vol. 3, ch. "8086
// Emulation").

/// Through the interrupt table at IDTR, four bytes a vector: pushes FLAGS, CS and IP, never an
/// error code, and clears IF, TF, AC and RF. Throws #GP(0) for a vector beyond the table's limit
/// (on i386 interrupt 8), #SS(0) without room for the frame, both before anything changed.
void take_through_table(Cpu& cpu, const Event& event, std::uint32_t return_eip);

/// Far JMP, CALL and RET, W the operand size. Throw #GP(0) for an EIP beyond the limit of CS.
template <typename W>
void jump_paragraph(Cpu& cpu, const Op* op, Selector selector, W offset, bool indirect);
template <typename W>
void call_paragraph(Cpu& cpu, const Op* op, Selector selector, W offset, bool indirect);
template <typename W>
void return_paragraph(Cpu& cpu, const Op* op, std::uint32_t released, bool with_immediate);

/// IRET and IRETD. In virtual 8086 mode the caller has looked at IOPL; IOPL and VM stay.
template <typename W>
void interrupt_return_paragraph(Cpu& cpu, const Op* op);

}  // namespace ringside::cpu
