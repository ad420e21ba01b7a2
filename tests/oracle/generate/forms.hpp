// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include <Zydis/Zydis.h>

namespace ringside::oracle {

/// One encoding of an instruction: an opcode with what of ModR/M belongs to it.
struct Form {
    ZydisMnemonic mnemonic{};
    std::uint8_t prefix = 0;  ///< 66, F2 or F3 when it is a part of the opcode
    bool two_byte = false;    ///< behind 0F
    std::uint8_t opcode = 0;
    bool has_modrm = false;
    bool memory = false;   ///< ModR/M names memory
    std::int8_t reg = -1;  ///< the reg field when it belongs to the opcode
    std::int8_t rm = -1;   ///< the rm field when it belongs to the opcode
    bool takes_66 = true;  ///< 66 chooses the operand size, or nothing
    bool lockable = false;
};

/// Every encoding whose mnemonic stands in Ringside's instruction table and whose outcome at CPL 3
/// is the same on every x86-64 host: found by decoding the whole opcode space, so that aliases
/// (82 /0, D0 /6, F6 /1) are among them.
[[nodiscard]] std::vector<Form> all_forms();

/// Why a mnemonic of the table has no form here; empty for the others.
[[nodiscard]] std::string_view left_out(ZydisMnemonic mnemonic);

}  // namespace ringside::oracle
