// SPDX-License-Identifier: MIT
#pragma once

#include "cli/options.hpp"

namespace CLI {
class App;
}

namespace ringside::cli {

/// The options of each subcommand, and where what they are given goes.
void add_vectors(CLI::App& app, CommandLine& line);
void add_stubs(CLI::App& app, CommandLine& line);
void add_bench(CLI::App& app, CommandLine& line);
void add_resume(CLI::App& app, CommandLine& line);
void add_run(CLI::App& app, CommandLine& line);
void add_trace(CLI::App& app, CommandLine& line);
void add_check(CLI::App& app, CommandLine& line);
void add_coverage(CLI::App& app, CommandLine& line);
void add_inspect(CLI::App& app, CommandLine& line);
void add_debug(CLI::App& app, CommandLine& line);
void add_profile(CLI::App& app, CommandLine& line);
void add_diff(CLI::App& app, CommandLine& line);
void add_verify(CLI::App& app, CommandLine& line);
void add_completions(CLI::App& app, CommandLine& line);
void add_manual(CLI::App& app, CommandLine& line);

}  // namespace ringside::cli
