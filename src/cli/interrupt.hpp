// SPDX-License-Identifier: MIT
#pragma once

#include "guest/machine.hpp"

namespace ringside::cli {

/// While it lives, Ctrl-C ends the machine's run at the next boundary. A second Ctrl-C ends
/// Ringside at once.
class InterruptGuard {
  public:
    explicit InterruptGuard(guest::Machine& machine);
    ~InterruptGuard();
    InterruptGuard(const InterruptGuard&) = delete;
    InterruptGuard& operator=(const InterruptGuard&) = delete;
};

/// Whether Ctrl-C was pressed; for waits inside host calls.
[[nodiscard]] bool was_interrupted();

/// A write to a closed pipe becomes an error value, here and in every console.
void ignore_broken_pipes();

}  // namespace ringside::cli
