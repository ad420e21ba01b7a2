// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstdint>

#include "cpu/cpu.hpp"
#include "cpu/fault.hpp"
#include "cpu/op.hpp"
#include "cpu/privilege/frame.hpp"
#include "cpu/privilege/interrupt.hpp"

namespace ringside::cpu {

// Virtual 8086 mode (SDM vol. 3, ch. "8086 Emulation"), without the extensions that later parts
// have (CR4.VME).

/// Byte 5 of every segment's hidden part: present, DPL 3, data that may be written, accessed.
inline constexpr std::uint32_t virtual_8086_rights = 0xF3;

/// Loads ES, CS, SS, DS, FS and GS, in the order of their encoding, as entering the mode does:
/// base = 16 * selector, limit FFFF, DPL 3. VM and CPL are the caller's.
void load_virtual_8086_segments(Cpu& cpu, const std::array<Selector, segment_registers>& selectors);

/// PUSHF, POPF, INT n and IRET in virtual 8086 mode: #GP(0) when IOPL is below 3.
inline void require_virtual_8086_iopl(const Cpu& cpu) {
    if (cpu.iopl() < 3) {
        throw Fault::gp(0);
    }
}

/// IRETD at CPL 0 of a frame whose EFLAGS image has VM, with EIP, CS and that image, and six more
/// dwords up to GS. Throws #SS(0) when they are not all on the stack.
void return_to_virtual_8086(Cpu& cpu, const Op* op, const std::array<std::uint32_t, 3>& frame);

/// An interrupt leaves the mode only for nonconforming code of DPL 0; anything else is #GP with
/// that selector.
void check_virtual_8086_handler(Selector selector, Descriptor code, std::uint32_t ext);
/// What its frame has above SS: GS, FS, DS and ES.
void push_data_segments(const Cpu& cpu, Frame& frame);
/// They are null in the handler.
void clear_data_segments(Cpu& cpu);

}  // namespace ringside::cpu
