// SPDX-License-Identifier: MIT
#pragma once

#include <string>

#include "cli/command_model.hpp"

namespace ringside::cli {

/// Page 1 of the manual in groff's man macros: of the program, or of one of its commands.
[[nodiscard]] std::string man_page(const ProgramModel& program);
[[nodiscard]] std::string man_page(const ProgramModel& program, const CommandModel& command);

/// "ringside-run.1"
[[nodiscard]] std::string man_page_name(const ProgramModel& program, const CommandModel& command);

}  // namespace ringside::cli
