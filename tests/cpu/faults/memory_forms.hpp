// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace ringside::test {

/// An instruction form with a memory operand at a bare 32-bit address, as found by decoding every
/// opcode of the one- and two-byte maps under every mandatory prefix, with every ModRM register.
struct MemoryForm {
    std::vector<std::uint8_t> code;
    std::size_t address_at = 0;  ///< where the address stands in `code`
    std::uint32_t size = 0;      ///< bytes of the operand
    bool reads = false;
    bool writes = false;     ///< always
    bool may_write = false;  ///< by condition
    std::string mnemonic;    ///< in lower case
    std::string text;        ///< as disassembled
};

/// Every form that the instruction table has, for a 32-bit code segment.
[[nodiscard]] std::vector<MemoryForm> memory_forms();

}  // namespace ringside::test
