// SPDX-License-Identifier: MIT
#pragma once

#include <optional>

#include "cli/options.hpp"
#include "guest/personality.hpp"

namespace ringside::cli {

/// Tables that no machine is needed for: `--diff` and `--assumptions`. Nothing for the others.
/// Throws InputError (2) for options that do not go together.
[[nodiscard]] std::optional<guest::View> inspect_profile(const CommandLine& line);

}  // namespace ringside::cli
