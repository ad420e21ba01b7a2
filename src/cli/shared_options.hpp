// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <vector>

#include "cli/options.hpp"

namespace CLI {
class App;
}

namespace ringside::cli {

// Options that several subcommands have.

/// An option that may be given several times, one value each: what follows is never swallowed.
void add_repeatable(CLI::App& app, const char* name, std::vector<std::string>& values,
                    const char* type, const char* help);
void add_table(CLI::App& app, WorldOptions& world);
void add_cpu(CLI::App& app, std::string& cpu);
void add_fpu(CLI::App& app, std::string& fpu);
void add_service_clocks(CLI::App& app, WorldOptions& world);
void add_world(CLI::App& app, WorldOptions& world);
void add_limits(CLI::App& app, LimitOptions& limits);
/// Options that change what is printed and where.
void add_output(CLI::App& app, OutputOptions& output);
void add_trace_output(CLI::App& app, OutputOptions& output);
/// What of a run is shown.
void add_trace_choice(CLI::App& app, TraceOptions& trace);
/// PROGRAM and what follows it, options included, which belongs to the guest.
void add_program(CLI::App& app, WorldOptions& world);

}  // namespace ringside::cli
