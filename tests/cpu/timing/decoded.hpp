// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include <Zydis/Zydis.h>

#include "cpu/timing/clock_table.hpp"

namespace ringside::cpu::timing {

/// One instruction from its bytes in hexadecimal: "01 d8". Throws when Zydis refuses them.
struct Decoded {
    explicit Decoded(std::string_view hex, unsigned code_bits = 32);

    ZydisDecodedInstruction instruction{};
    std::array<ZydisDecodedOperand, ZYDIS_MAX_OPERAND_COUNT> operands{};
};

/// The key of data/clocks.tsv that an integer or x87 instruction's row names; empty for the others.
std::string_view key_of(ZydisMnemonic mnemonic);

/// The cost of one instruction under its own key.
Cost cost_of(Model model, std::string_view hex, bool protected_mode = true,
             unsigned code_bits = 32);

}  // namespace ringside::cpu::timing
