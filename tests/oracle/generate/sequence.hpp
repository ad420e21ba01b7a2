// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <vector>

#include "oracle/generate/forms.hpp"
#include "oracle/program.hpp"
#include "oracle/random.hpp"

namespace ringside::oracle {

/// A program of 2 to 50 instructions, with branches inside it. EBX, ESI, EDI and EBP stay near the
/// data that they point to, so that most of the program runs; none reads a flag that another one
/// left open.
[[nodiscard]] std::optional<Program> make_sequence(const std::vector<Form>& forms, Random& random);

/// Gives the program of make_sequence() registers and memory.
void set_up_sequence(Program& program, Random& random);

}  // namespace ringside::oracle
