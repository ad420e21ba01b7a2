// SPDX-License-Identifier: MIT
#pragma once

#include "cpu/decode/decoder.hpp"
#include "cpu/fpu/form.hpp"
#include "cpu/instruction.hpp"

namespace ringside::cpu {

/// The handler of an x87 instruction that most programs are full of: loads, stores, moves and basic
/// arithmetic of singles, doubles and registers. It does the usual case itself and leaves every
/// other to the form's body. No handler for any other instruction.
[[nodiscard]] Selection select_quick_x87(const Decoded& decoded, std::uint32_t mode,
                                         const fpu::Form& form);

}  // namespace ringside::cpu
