// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

#include "base/address.hpp"
#include "nt/ntstatus.hpp"

namespace ringside::nt {

class Kernel;

/// A stack for a thread, `large` for a GUI thread's, whose limit goes to `limit_to`. Answers its
/// base, 0 when there is no memory for one.
[[nodiscard]] std::uint32_t MmCreateKernelStack(Kernel& kernel, bool large, LinearAddress limit_to);
/// Gives back a stack that is not large and that nobody uses any more.
void MmDeleteKernelStack(Kernel& kernel, LinearAddress base);
/// Makes room below `esp` on the current thread's stack for another service and what it calls.
/// STATUS_STACK_OVERFLOW when the reserve is used up, STATUS_NO_MEMORY without a page for it.
[[nodiscard]] NTSTATUS MmGrowKernelStack(Kernel& kernel, LinearAddress esp);

}  // namespace ringside::nt
