// SPDX-License-Identifier: MIT
#include "nt/objects/timer_object.hpp"

#include <limits>

#include "nt/kernel.hpp"

namespace ringside::nt {

void TimerObject::start(Kernel& kernel, kernelkit::GuestTime due) {
    due_ = due;
    timer_ = kernel.dispatcher.set_timer(due, 0, shared_from_this());
}

void TimerObject::set(Kernel& kernel, std::optional<kernelkit::GuestTime> due,
                      kernelkit::GuestTime period, std::optional<TimerApc> apc) {
    cancel(kernel);
    signal_ = false;
    period_ = period;
    apc_ = std::move(apc);
    const auto at = due.value_or(std::numeric_limits<kernelkit::GuestTime>::max());
    if (at > kernel.interrupt_time) {
        start(kernel, at);
    } else {
        expire(kernel);
    }
}

void TimerObject::cancel(Kernel& kernel) {
    if (timer_) {
        kernel.dispatcher.cancel_timer(*timer_);
        timer_.reset();
    }
    if (apc_) {
        apc_->take_back(kernel);
        apc_.reset();
    }
}

void TimerObject::timer_expired(Kernel& kernel, const kernelkit::ExpiredTimer& expired) {
    if (timer_ == expired.id) {
        kernel.dispatcher.cancel_timer(expired.id);
        timer_.reset();
        expire(kernel);
    }
}

void TimerObject::expire(Kernel& kernel) {
    if (apc_ && !apc_->has_thread()) {
        return;  // The end of the thread that set it has cancelled it.
    }
    signal_ = true;
    kernel.dispatcher.signal(*this);
    // As in NT the period counts from the tick that found the timer due.
    if (period_ != 0) {
        start(kernel, kernel.interrupt_time + period_);
    }
    if (apc_) {
        apc_->queue(kernel);
    }
}

}  // namespace ringside::nt
