// SPDX-License-Identifier: MIT
#pragma once

#include <string>

#include "profile/profile.hpp"

namespace ringside::profile {

/// Tables for a reader: by ring, transition, stage, service and function.
[[nodiscard]] std::string flat_text(const Profile& profile);

/// A line a chain of functions, "outer;inner;innermost CLOCKS", as flame graphs are drawn from.
[[nodiscard]] std::string collapsed_text(const Profile& profile);

/// The callgrind profile format, version 1: self clocks by function, and calls with inclusive
/// clocks by pair of functions. The position of a function is its name; it has no lines.
[[nodiscard]] std::string callgrind_text(const Profile& profile);

}  // namespace ringside::profile
