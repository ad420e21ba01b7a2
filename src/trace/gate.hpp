// SPDX-License-Identifier: MIT
#pragma once

#include "cpu/transition.hpp"
#include "guest/machine.hpp"
#include "trace/record.hpp"

namespace ringside::trace {

/// The door of a way in that was just taken, as the tables, the TSS and the MSRs have it; without
/// the symbol of its target.
[[nodiscard]] Gate gate_of(const guest::Machine& machine, const cpu::Transition& entry);

}  // namespace ringside::trace
