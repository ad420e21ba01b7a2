// SPDX-License-Identifier: MIT
#pragma once

#include "cli/options.hpp"

namespace ringside::cli {

// One function a subcommand; each returns the process's exit status and throws InputError for
// input that it cannot use.

/// run, trace and resume.
int run_command(const CommandLine& line);
int check_command(const CommandLine& line);
int completions_command(const CommandLine& line);
int coverage_command(const CommandLine& line);
int manual_command(const CommandLine& line);
int stubs_command(const CommandLine& line);
int debug_command(const CommandLine& line);
int inspect_command(const CommandLine& line);
int bench_command(const CommandLine& line);
int profile_command(const CommandLine& line);
int vectors_command(const CommandLine& line);
int verify_command(const CommandLine& line);
int diff_command(const CommandLine& line);

}  // namespace ringside::cli
