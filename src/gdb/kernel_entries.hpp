// SPDX-License-Identifier: MIT
#pragma once

#include <vector>

#include "gdb/stack_rules.hpp"
#include "guest/machine.hpp"

namespace ringside::gdb {

/// Where interrupts, exceptions and SYSENTER enter the kernel, as the IDT and the MSRs stand now:
/// none before the kernel has filled them.
[[nodiscard]] std::vector<KernelEntry> kernel_entries(const guest::Machine& machine);

}  // namespace ringside::gdb
