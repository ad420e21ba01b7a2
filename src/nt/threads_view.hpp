// SPDX-License-Identifier: MIT
#pragma once

#include "guest/machine.hpp"
#include "guest/personality.hpp"

namespace ringside::nt {

class Kernel;

/// The threads that have not ended: id, state, priority, structures, and where ring 3 goes on. `*`
/// marks the one that runs, `current`.
[[nodiscard]] guest::View threads_view(const Kernel& kernel, const guest::Machine& machine,
                                       LinearAddress current);

}  // namespace ringside::nt
