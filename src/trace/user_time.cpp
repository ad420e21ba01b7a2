// SPDX-License-Identifier: MIT
#include "trace/user_time.hpp"

namespace ringside::trace {

void UserTime::spent(const Spot& spot, std::uint64_t ticks) {
    static_cast<void>(ticks);
    if (spot.transition == nullptr) {
        return;
    }
    const cpu::Transition& transition = *spot.transition;
    if (transition.before.cpl() == 3) {
        const auto found = since_.find(spot.thread);
        // Passages before the trace begins have no number.
        if (spot.record != nullptr && spot.record->number != 0) {
            traced_ = true;
            if (found != since_.end() && found->second < transition.clock_before) {
                tell_({spot.thread, found->second, transition.clock_before});
            }
        }
        if (found != since_.end()) {
            since_.erase(found);
        }
    }
    if (transition.after.cpl() == 3) {
        since_[spot.thread] = transition.clock_after;
    }
}

void UserTime::end(Cycles now) {
    for (const auto& [thread, since] : since_) {
        if (traced_ && since < now) {
            tell_({thread, since, now});
        }
    }
    since_.clear();
}

}  // namespace ringside::trace
