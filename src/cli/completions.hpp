// SPDX-License-Identifier: MIT
#pragma once

#include <string>

#include "cli/command_model.hpp"

namespace ringside::cli {

/// A script that makes a shell complete commands, options, their choices and file names. Sourced by
/// bash; `_ringside` in zsh's fpath; in fish's completions folder.
[[nodiscard]] std::string bash_completions(const ProgramModel& program);
[[nodiscard]] std::string zsh_completions(const ProgramModel& program);
[[nodiscard]] std::string fish_completions(const ProgramModel& program);

}  // namespace ringside::cli
