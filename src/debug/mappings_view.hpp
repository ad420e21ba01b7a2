// SPDX-License-Identifier: MIT
#pragma once

#include "guest/machine.hpp"
#include "guest/personality.hpp"

namespace ringside::debug {

/// What the page tables map now, neighbours with equal rights in one row. Reading changes nothing.
[[nodiscard]] guest::View mappings_view(guest::Machine& machine);

}  // namespace ringside::debug
