// SPDX-License-Identifier: MIT
#pragma once

#include "oracle/generate/encode.hpp"
#include "oracle/program.hpp"

namespace ringside::oracle {

/// What single instructions need beyond random operands: branch targets, counts, selectors,
/// divisors, operands of string instructions.
void make_special(Program& program, Encoded& encoded, Random& random);

}  // namespace ringside::oracle
