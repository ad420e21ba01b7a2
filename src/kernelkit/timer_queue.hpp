// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <utility>
#include <vector>

namespace ringside::kernelkit {

/// A moment on the guest's clock, in the units its kernel counts (NT: 100 ns of interrupt time).
using GuestTime = std::uint64_t;

struct TimerId {
    std::uint64_t value{};

    friend constexpr bool operator==(TimerId, TimerId) = default;

    template <typename A>
    void persist(A& archive) {
        persist_all(archive, value);
    }
};

/// A timer that ran out.
struct ExpiredTimer {
    TimerId id;
    GuestTime due{};
    std::uint32_t tag{};
};

/// Timers in the order in which they run out; those of one moment in the order they were set.
class TimerQueue {
  public:
    /// `tag` is the owner's. A `period` other than 0 sets the timer again each time.
    TimerId set(GuestTime due, std::uint32_t tag, GuestTime period = 0);

    /// False when the timer ran out or was cancelled before.
    bool cancel(TimerId);

    /// When the next timer runs out.
    [[nodiscard]] std::optional<GuestTime> next_due() const;
    [[nodiscard]] bool empty() const { return queue_.empty(); }

    /// Takes out one timer that is due at `now`; asked until it answers nothing.
    std::optional<ExpiredTimer> expire(GuestTime now);

    template <typename A>
    void persist(A& archive) {
        persist_all(archive, queue_, last_, sequence_);
        places_.clear();
        for (const auto& [key, timer] : queue_) {
            places_.emplace(timer.id.value, key);
        }
        archive.require(places_.size() == queue_.size(), "two timers have one number");
    }

  private:
    struct Timer {
        std::uint32_t tag{};
        GuestTime period{};
        TimerId id;

        template <typename A>
        void persist(A& archive) {
            persist_all(archive, tag, period, id);
        }
    };
    using Key = std::pair<GuestTime, std::uint64_t>;

    std::map<Key, Timer> queue_;
    std::map<std::uint64_t, Key> places_;
    std::uint64_t last_ = 0;
    std::uint64_t sequence_ = 0;
};

}  // namespace ringside::kernelkit
