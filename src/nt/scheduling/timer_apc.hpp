// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <memory>

#include "base/address.hpp"

namespace ringside::nt {

class Kernel;
class ThreadObject;

/// The user APC of a timer: queued to the thread that set it each time the timer expires, at most
/// once at a time, with the system time as its arguments.
class TimerApc {
  public:
    TimerApc(const std::shared_ptr<ThreadObject>& thread, std::uint32_t routine,
             std::uint32_t context)
        : thread_(thread), routine_(routine), context_(context) {}

    TimerApc() = default;  ///< to be loaded
    template <typename A>
    void persist(A& archive) {
        persist_all(archive, thread_, routine_, context_, kapc_, time_);
    }

    /// Whether the thread still runs.
    [[nodiscard]] bool has_thread() const;
    void queue(Kernel& kernel);
    /// Takes it out of the thread's list, if it is still there.
    void take_back(Kernel& kernel);

  private:
    [[nodiscard]] bool is_queued(Kernel& kernel) const;

    std::weak_ptr<ThreadObject> thread_;
    std::uint32_t routine_ = 0;
    std::uint32_t context_ = 0;
    LinearAddress kapc_;  ///< The last one queued; its block may be somebody else's by now.
    std::uint64_t time_ = 0;
};

}  // namespace ringside::nt
