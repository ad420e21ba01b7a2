// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <optional>

#include "guest/machine.hpp"

namespace ringside::cli {

/// While it lives, Ctrl-C ends the machine's run at the next boundary, and so that of each other
/// machine that has one, on other threads. A second Ctrl-C ends Ringside at once.
class InterruptGuard {
  public:
    explicit InterruptGuard(guest::Machine& machine);
    /// Without a machine: Ctrl-C is only noted, for was_interrupted().
    InterruptGuard();
    ~InterruptGuard();
    InterruptGuard(const InterruptGuard&) = delete;
    InterruptGuard& operator=(const InterruptGuard&) = delete;

  private:
    std::optional<std::size_t> slot_;
};

/// Whether Ctrl-C was pressed; for waits inside host calls.
[[nodiscard]] bool was_interrupted();

/// A write to a closed pipe becomes an error value, here and in every console.
void ignore_broken_pipes();

}  // namespace ringside::cli
