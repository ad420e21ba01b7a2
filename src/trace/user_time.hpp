// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <utility>

#include "base/cycles.hpp"
#include "trace/accountant.hpp"

namespace ringside::trace {

/// A stretch that a thread spent in ring 3.
struct UserSpan {
    std::uint32_t thread = 0;
    Cycles begins;
    Cycles ends;
};

/// Tells of the time between the passages of a trace: from each way out to ring 3 to the thread's
/// next way in. Keeps one clock a thread.
class UserTime : public ClockObserver {
  public:
    using Tell = std::function<void(const UserSpan&)>;

    explicit UserTime(Tell tell) : tell_(std::move(tell)) {}
    void spent(const Spot& spot, std::uint64_t ticks) override;
    /// The run is over: ring 3 was where the last thread was, if a way out led there.
    void end(Cycles now);

  private:
    Tell tell_;
    std::map<std::uint32_t, Cycles> since_;
    bool traced_ = false;  ///< a passage of the trace has begun
};

}  // namespace ringside::trace
