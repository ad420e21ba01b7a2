// SPDX-License-Identifier: MIT
#include "trace/accountant.hpp"

#include <algorithm>
#include <utility>

namespace ringside::trace {

Accountant::Accountant(const guest::Machine& machine, ClockObserver* observer)
    : machine_(machine),
      observer_(observer),
      ticks_per_clock_(cpu::traits(machine.cpu().model).ticks_per_clock),
      tick_(machine.cpu().clock),
      idle_(machine.idle_ticks()),
      bodies_(machine.service_ticks()) {}

void Accountant::spend_until(Spot spot, std::uint64_t tick) {
    // An instruction that faults takes back what the pipeline made of it; what was booked stays.
    tick = std::max(tick, tick_);
    const std::uint64_t idle = machine_.idle_ticks() - std::exchange(idle_, machine_.idle_ticks());
    if (idle != 0) {
        spend({.thread = spot.thread, .stage = spot_stage::idle}, std::min(idle, tick - tick_));
    }
    const std::uint64_t body =
        machine_.service_ticks() - std::exchange(bodies_, machine_.service_ticks());
    if (body != 0) {
        Spot inside = spot;
        inside.stage = spot_stage::body;
        spend(inside, std::min(body, tick - tick_));
    }
    spend(spot, tick - tick_);
}

void Accountant::spend(const Spot& spot, std::uint64_t ticks) {
    if (ticks == 0 && spot.transition == nullptr) {
        return;
    }
    const std::uint64_t begins = std::exchange(tick_, tick_ + ticks);
    if (spot.record != nullptr) {
        // Whole clocks as the rest of a trace counts them, so that the parts add up.
        const Cycles clocks{tick_ / ticks_per_clock_ - begins / ticks_per_clock_};
        spot.record->add_cost(spot.stage, clocks);
    }
    if (observer_ != nullptr) {
        observer_->spent(spot, ticks);
    }
}

}  // namespace ringside::trace
