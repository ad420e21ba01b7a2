// SPDX-License-Identifier: MIT
#pragma once

#include <memory>

#include "cli/options.hpp"
#include "cli/personalities.hpp"
#include "guest/personality.hpp"

namespace ringside::cli {

/// A Windows NT profile with a PE program in `C:\app`; without a program, a few bytes that make
/// one system call, for inspectors.
[[nodiscard]] std::unique_ptr<guest::Personality> make_nt(const WorldOptions& options,
                                                          const Surroundings& around);

}  // namespace ringside::cli
