// SPDX-License-Identifier: MIT
#pragma once

#include <array>

#include "vectors/byte_reader.hpp"
#include "vectors/vector.hpp"

namespace ringside::vectors {

/// REGS and RMSK: a bit set of 16 bits, then 16 bits for each set bit. Upper halves stay.
inline void read_registers16(Registers& registers, ByteReader reader) {
    constexpr std::array order{Register::eax, Register::ebx,   Register::ecx, Register::edx,
                               Register::cs,  Register::ss,    Register::ds,  Register::es,
                               Register::esp, Register::ebp,   Register::esi, Register::edi,
                               Register::eip, Register::eflags};
    const std::uint16_t present = reader.u16();
    for (std::size_t i = 0; i < order.size(); ++i) {
        if ((present >> i & 1) != 0) {
            registers[order[i]] = (registers[order[i]] & 0xFFFF0000U) | reader.u16();
        }
    }
}

/// RG32 and RM32: a bit set of 32 bits, then 32 bits for each set bit.
inline void read_registers32(Registers& registers, ByteReader reader) {
    const std::uint32_t present = reader.u32();
    for (std::size_t i = 0; i < register_count; ++i) {
        if ((present >> i & 1) != 0) {
            registers[static_cast<Register>(i)] = reader.u32();
        }
    }
}

}  // namespace ringside::vectors
