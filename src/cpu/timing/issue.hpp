// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

#include <Zydis/Zydis.h>

#include "cpu/timing/pairing.hpp"

namespace ringside::cpu::timing {

struct Cost;

/// How an instruction uses the stack pointer without naming it.
enum class StackUse : std::uint8_t { none, push, pop, call, other };

/// Whether control may go elsewhere behind an instruction.
enum class Transfer : std::uint8_t {
    none,
    conditional,  ///< Jcc, LOOP, JCXZ
    direct,       ///< JMP to a displacement
    direct_call,
    indirect,  ///< JMP through a register or memory
    indirect_call,
    near_return,
    other  ///< far, through a gate, or serialising: nothing in flight outlives it
};

/// What the levels above `table` want to know of one instruction: all of it fixed when its block
/// is decoded. Registers are bits by their number, EAX 0 to EDI 7, whatever part is meant.
struct Issue {
    std::uint8_t length = 0;         ///< in bytes
    std::uint8_t reads = 0;          ///< registers, those of an address among them
    std::uint8_t writes = 0;         ///< registers, but for a stack pointer that moves by itself
    std::uint8_t partly_writes = 0;  ///< those of `writes` of which a byte changes
    std::uint8_t address = 0;        ///< registers that an address is made of
    StackUse stack = StackUse::none;
    Pairing pairing = Pairing::alone;
    Transfer transfer = Transfer::other;
    bool leads_back = false;  ///< a branch to a lower address
    bool displacement_and_immediate = false;
    bool prefixed = false;  ///< by a prefix that is decoded by itself
    bool locked = false;
    std::uint32_t prefix_ticks = 0;  ///< what the table charges for its prefixes
    std::uint32_t figure = 0;        ///< the table's ticks without them
};

inline constexpr std::uint8_t esp_bit = 1U << 4;

[[nodiscard]] Issue issue_of(const ZydisDecodedInstruction& instruction,
                             const ZydisDecodedOperand* operands, const Cost& cost);

}  // namespace ringside::cpu::timing
