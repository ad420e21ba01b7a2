// SPDX-License-Identifier: MIT
#include "kernelkit/timer_queue.hpp"

#include <limits>

namespace ringside::kernelkit {

TimerId TimerQueue::set(GuestTime due, std::uint32_t tag, GuestTime period) {
    const TimerId id{++last_};
    const Key key{due, ++sequence_};
    queue_.emplace(key, Timer{tag, period, id});
    places_.emplace(id.value, key);
    return id;
}

bool TimerQueue::cancel(TimerId id) {
    const auto place = places_.find(id.value);
    if (place == places_.end()) {
        return false;
    }
    queue_.erase(place->second);
    places_.erase(place);
    return true;
}

std::optional<GuestTime> TimerQueue::next_due() const {
    if (queue_.empty()) {
        return std::nullopt;
    }
    return queue_.begin()->first.first;
}

std::optional<ExpiredTimer> TimerQueue::expire(GuestTime now) {
    if (queue_.empty() || queue_.begin()->first.first > now) {
        return std::nullopt;
    }
    const auto [key, timer] = *queue_.begin();
    queue_.erase(queue_.begin());
    places_.erase(timer.id.value);
    const GuestTime due = key.first;
    if (timer.period != 0 && timer.period <= std::numeric_limits<GuestTime>::max() - due) {
        const Key again{due + timer.period, ++sequence_};
        queue_.emplace(again, timer);
        places_.emplace(timer.id.value, again);
    }
    return ExpiredTimer{timer.id, due, timer.tag};
}

}  // namespace ringside::kernelkit
