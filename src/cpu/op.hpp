// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>

namespace ringside::cpu {

struct Cpu;
struct Op;

/// Executes one op and says what comes next; null leaves the block loop. See cpu/dispatch.hpp.
using Handler = const Op* (*)(Cpu&, const Op*);

/// One decoded instruction of a block: what its handler needs and no more. Half a cache line.
struct Op {
    Handler handler = nullptr;
    std::uint32_t immediate = 0;
    /// Of the memory operand; for a far pointer its selector, for ENTER its level. The extra
    /// clocks of a taken, true or equal variant stand here, or in `immediate` when the form has a
    /// memory operand.
    std::uint32_t displacement = 0;
    std::uint8_t dst = 0;    ///< byte offset of the first register operand in the register file
    std::uint8_t src = 0;    ///< of the second
    std::uint8_t base = 0;   ///< of the base register, or of the constant zero
    std::uint8_t index = 0;  ///< of the index register, or of the constant zero
    std::uint8_t scale = 0;  ///< shift of the index, 0 to 3
    std::uint8_t segment = 0;
    std::uint8_t length = 0;    ///< of the instruction in bytes
    std::uint8_t modes = 0;     ///< bits of op_mode
    std::uint32_t clocks = 0;   ///< static ticks of the block up to and including this op
    std::uint16_t offset = 0;   ///< of the instruction from the block's first byte
    std::uint16_t formula = 0;  ///< index of the run-time part of its clocks, 0 for none
};
static_assert(sizeof(Op) == 32);

namespace op_mode {
inline constexpr std::uint8_t address16 = 1;  ///< offsets wrap at 64 KiB
inline constexpr std::uint8_t operand16 = 2;
inline constexpr std::uint8_t repeat = 4;      ///< F3
inline constexpr std::uint8_t repeat_not = 8;  ///< F2
inline constexpr std::uint8_t memory = 16;     ///< the r/m operand is memory
}  // namespace op_mode

}  // namespace ringside::cpu
