// SPDX-License-Identifier: MIT
#pragma once

#include "cli/command_model.hpp"

namespace CLI {
class App;
}  // namespace CLI

namespace ringside::cli {

/// What CLI11 was told of a command: its options by their headings, in the order of the help.
[[nodiscard]] CommandModel model_of(const CLI::App& app);

}  // namespace ringside::cli
