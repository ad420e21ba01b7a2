// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>

#include "cpu/decode/decoder.hpp"
#include "oracle/program.hpp"
#include "oracle/random.hpp"

namespace ringside::oracle {

/// The general register that `name` is or is a part of; nothing for others.
[[nodiscard]] std::optional<vectors::Register> whole_register(ZydisRegister name);
/// The value of a general register or of its named part; 0 for others.
[[nodiscard]] std::uint32_t read_register(const vectors::Registers& registers, ZydisRegister name);
/// Replaces the part of a register that `name` is.
void write_register(vectors::Registers& registers, ZydisRegister name, std::uint32_t value);

/// Selector that a memory operand's segment register holds.
[[nodiscard]] std::uint16_t selector_of(const vectors::Registers& registers, ZydisRegister segment);
/// Offset of a memory operand in its segment.
[[nodiscard]] std::uint32_t effective_address(const vectors::Registers& registers,
                                              const cpu::Decoded& decoded,
                                              const ZydisDecodedOperand& operand);
[[nodiscard]] std::uint32_t linear_address(const vectors::Registers& registers,
                                           const cpu::Decoded& decoded,
                                           const ZydisDecodedOperand& operand);

/// Linear address of the top of the stack.
[[nodiscard]] std::uint32_t stack_top(const vectors::Registers& registers);

/// An offset in the segment for an operand of `size` bytes: mostly memory that is there, often at
/// the edge of a page or of the segment.
[[nodiscard]] std::uint32_t choose_offset(Random& random, std::uint16_t selector, bool address16,
                                          std::uint32_t size);

[[nodiscard]] bool is_writable(std::uint32_t linear);
/// Sets bytes before the program, where it may write.
void put(Program& program, std::uint32_t linear, std::uint64_t value, std::uint32_t size);

}  // namespace ringside::oracle
