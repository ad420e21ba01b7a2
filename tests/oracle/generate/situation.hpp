// SPDX-License-Identifier: MIT
#pragma once

#include "oracle/generate/encode.hpp"
#include "oracle/program.hpp"

namespace ringside::oracle {

/// Registers, flags, segments and stack for a program. 16-bit or 32-bit code by the dice.
[[nodiscard]] State choose_state(Random& random);
/// The same in the segments of `other`.
[[nodiscard]] State choose_state_like(const State& other, Random& random);

/// The program of one instruction, with operands that are worth trying. The instruction's bytes
/// may change in displacement and immediates.
[[nodiscard]] Program one_instruction(Encoded& encoded, const State& state, Random& random);

/// The program of bytes that are none.
[[nodiscard]] Program no_instruction(std::vector<std::byte> bytes, const State& state);

}  // namespace ringside::oracle
