// SPDX-License-Identifier: MIT
#pragma once

#include "oracle/generate/encode.hpp"
#include "oracle/program.hpp"

namespace ringside::oracle {

/// Gives a branch, call or return somewhere to go. False for other instructions.
bool transfer_control(Program& program, Encoded& encoded, Random& random);

/// Gives instructions that look at selectors some that are worth looking at.
void load_segments(Program& program, Encoded& encoded, Random& random);

}  // namespace ringside::oracle
