// SPDX-License-Identifier: MIT
#pragma once

#include <vector>

#include "base/address.hpp"
#include "guest/symbols.hpp"

namespace ringside::nt {

class Kernel;

/// Room that the stubs of all nt services need at most.
[[nodiscard]] std::uint32_t zw_stubs_bound(const Kernel& kernel);

/// Writes ring 0's stub of every nt service of the profile: from `next`, which moves behind the
/// last, on pages that are there. The answer is their names, ZwXxx for NtXxx.
[[nodiscard]] std::vector<guest::ModuleSymbol> place_zw_stubs(Kernel& kernel, LinearAddress& next,
                                                              LinearAddress system_service);

}  // namespace ringside::nt
