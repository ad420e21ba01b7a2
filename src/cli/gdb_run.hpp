// SPDX-License-Identifier: MIT
#pragma once

#include "cli/file.hpp"
#include "cli/options.hpp"
#include "cli/world.hpp"
#include "host/interruptible_console.hpp"

namespace ringside::cli {

/// Runs a booted world under a debugger that connects by `--gdb`. The world's input is `console`.
[[nodiscard]] guest::StopReason run_with_gdb(World& world, const CommandLine& line,
                                             host::InterruptibleConsole& console, Output& output);

}  // namespace ringside::cli
