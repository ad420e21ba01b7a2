// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <optional>

#include "guest/machine.hpp"

namespace ringside::cli {

/// While it lives, Ctrl-C ends the machine's run at the next boundary, and so that of each other
/// machine that has one, on other threads. SIGTERM and SIGHUP, by which a CI server or a terminal
/// that goes away ends a job, do the same. A second signal of a kind ends Ringside at once.
class InterruptGuard {
  public:
    explicit InterruptGuard(guest::Machine& machine);
    /// Without a machine: the signal is only noted, for was_interrupted().
    InterruptGuard();
    ~InterruptGuard();
    InterruptGuard(const InterruptGuard&) = delete;
    InterruptGuard& operator=(const InterruptGuard&) = delete;

  private:
    std::optional<std::size_t> slot_;
};

/// Whether such a signal came; for waits inside host calls.
[[nodiscard]] bool was_interrupted();
/// Whether it was another than Ctrl-C: whoever sent that wants no prompt.
[[nodiscard]] bool was_told_to_end();

/// Standard streams that are closed lead to nothing, so that no file that is opened takes their
/// place, and with it what the guest writes.
void fill_standard_streams();

/// A write to a closed pipe becomes an error value, here and in every console.
void ignore_broken_pipes();

}  // namespace ringside::cli
