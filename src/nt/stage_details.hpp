// SPDX-License-Identifier: MIT
#pragma once

#include <vector>

#include "base/address.hpp"
#include "guest/symbols.hpp"

namespace ringside::nt {

/// Where the frame of a trap or interrupt is complete, one place for each handler; EBP points to
/// the frame there.
[[nodiscard]] std::vector<LinearAddress> trap_frame_places(const guest::SymbolTable& symbols);

}  // namespace ringside::nt
