// SPDX-License-Identifier: MIT
#pragma once

#include "cli/file.hpp"
#include "cli/options.hpp"
#include "cli/world.hpp"

namespace ringside::cli {

/// Runs a booted world under a debugger that connects by `--gdb`.
[[nodiscard]] guest::StopReason run_with_gdb(World& world, const CommandLine& line, Output& output);

}  // namespace ringside::cli
