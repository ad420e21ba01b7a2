// SPDX-License-Identifier: MIT
#pragma once

#include "kernelkit/timer_queue.hpp"

namespace ringside::nt {

class Kernel;

/// Whoever set a timer of the kernel's queue.
class TimerOwner {
  public:
    virtual ~TimerOwner() = default;
    /// Called at the clock tick at or after the timer's moment.
    virtual void timer_expired(Kernel& kernel, const kernelkit::ExpiredTimer& timer) = 0;
};

}  // namespace ringside::nt
