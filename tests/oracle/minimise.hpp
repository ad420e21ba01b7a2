// SPDX-License-Identifier: MIT
#pragma once

#include <string>

#include "oracle/duel.hpp"

namespace ringside::oracle {

/// What is different, without the values: programs with the same signature have one cause, most
/// likely.
[[nodiscard]] std::string signature_of(const Verdict& verdict);

/// The simplest program found that differs in the same way: fewer instructions and prefixes, less
/// memory, plain registers.
[[nodiscard]] Program minimise(Duel& duel, const Program& program, Duel::Blocks blocks);

}  // namespace ringside::oracle
