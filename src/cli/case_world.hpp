// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <vector>

#include "check/case.hpp"
#include "cli/options.hpp"

namespace ringside::cli {

/// World and limits of a case's run with one of its entries (empty: none), through the same parser
/// as the command line's. `folders` is where built programs are looked for first; `limits` hold
/// where the case names none.
[[nodiscard]] CommandLine command_line_of(const check::Case& one, const std::string& entry,
                                          const std::vector<std::string>& folders,
                                          const LimitOptions& limits = {});

}  // namespace ringside::cli
