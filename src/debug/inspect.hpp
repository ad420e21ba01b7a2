// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "debug/run_to.hpp"
#include "guest/machine.hpp"
#include "guest/personality.hpp"

namespace ringside::debug {

/// Everything that inspect() knows of this system, in the order of the help.
[[nodiscard]] std::vector<std::string> view_names(const guest::Personality& personality);

/// Where the machine should stand for a view.
[[nodiscard]] Place place_for(std::string_view what);

/// A table of the machine or of the system on it. Throws InputError (2) that lists the names for
/// one that does not exist.
[[nodiscard]] guest::View inspect(std::string_view what, guest::Machine& machine,
                                  const guest::Personality& personality);

}  // namespace ringside::debug
