// SPDX-License-Identifier: MIT
#pragma once

#include "cli/file.hpp"
#include "cli/world.hpp"

namespace ringside::cli {

/// Says why a run ended, unless the guest's exit status says it all.
void report_stop(World& world, const guest::StopReason& stop, Output& output);

}  // namespace ringside::cli
