// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <vector>

#include "cli/command_model.hpp"
#include "cli/options.hpp"

namespace ringside::cli {

inline constexpr const char* version_text = "ringside 0.1.0";

/// Takes the arguments apart. Throws InputError (2) for what no subcommand understands.
[[nodiscard]] CommandLine parse_command_line(int argc, const char* const* argv);

/// In the order in which help lists them.
[[nodiscard]] std::vector<std::string> subcommand_names();

/// The options of `ringside trace` that a case's [world] may have, without their dashes.
[[nodiscard]] std::vector<std::string> case_options();

/// docs/cli.md: the help of every subcommand.
[[nodiscard]] std::string help_markdown();

/// The same for what is generated from it.
[[nodiscard]] ProgramModel program_model();

}  // namespace ringside::cli
