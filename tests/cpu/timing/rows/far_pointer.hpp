// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstdint>
#include <string>

#include "cpu/timing/rows/stage.hpp"

namespace ringside::test {

struct FarForm {
    bool call = false;
    bool indirect = false;
    bool toggles_operand_size = false;
};

inline constexpr std::array far_forms{
    FarForm{false, false, false}, FarForm{false, false, true}, FarForm{false, true, false},
    FarForm{false, true, true},   FarForm{true, false, false}, FarForm{true, false, true},
    FarForm{true, true, false},   FarForm{true, true, true},
};

/// The instruction in hexadecimal, without its 66; the pointer of an indirect form goes to where
/// it looks: [EDI], in 16-bit code [BX].
[[nodiscard]] std::string far_code(const FarForm& form, Stage& stage, std::uint32_t offset,
                                   std::uint16_t selector);

}  // namespace ringside::test
