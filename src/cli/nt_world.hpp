// SPDX-License-Identifier: MIT
#pragma once

#include <memory>
#include <string>

#include "cli/options.hpp"
#include "cli/personalities.hpp"
#include "guest/personality.hpp"

namespace ringside::cli {

/// A Windows NT profile with a PE program in `C:\app`; without a program, a few bytes that make
/// one system call, for inspectors.
[[nodiscard]] std::unique_ptr<guest::Personality> make_nt(const WorldOptions& options,
                                                          const Surroundings& around);

/// How the stubs of that world's ntdll.dll enter the kernel, for a reader. `has_sysenter` is what
/// CPUID answers.
[[nodiscard]] std::string nt_entry(const WorldOptions& options, bool has_sysenter);

}  // namespace ringside::cli
