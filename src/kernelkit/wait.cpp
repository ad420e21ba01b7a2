// SPDX-License-Identifier: MIT
#include "kernelkit/wait.hpp"

#include <algorithm>
#include <set>
#include <utility>

namespace ringside::kernelkit {

Waiter* Waitable::satisfy_next() {
    for (Waiter* const waiter : waiters_) {
        if (const auto result = waiter->try_acquire(*waiter->request())) {
            waiter->end(*result);  // Changes waiters_, so this is the last look at it.
            return waiter;
        }
    }
    return nullptr;
}

bool Waitable::has_right_line() const {
    std::set<const Waiter*> seen;
    return std::all_of(waiters_.begin(), waiters_.end(), [&](const Waiter* waiter) {
        if (waiter == nullptr || !waiter->is_waiting() || !seen.insert(waiter).second) {
            return false;
        }
        const auto& objects = waiter->request()->objects;
        return std::any_of(objects.begin(), objects.end(),
                           [this](const auto& object) { return object.get() == this; });
    });
}

bool Waiter::stands_in_lines() const {
    if (!is_waiting()) {
        return true;
    }
    return std::all_of(request_->objects.begin(), request_->objects.end(), [this](const auto& o) {
        return std::find(o->waiters_.begin(), o->waiters_.end(), this) != o->waiters_.end();
    });
}

std::optional<WaitResult> Waiter::try_acquire(const WaitRequest& request) {
    const auto& objects = request.objects;
    if (objects.empty()) {
        return std::nullopt;
    }
    const auto signalled = [this](const std::shared_ptr<Waitable>& object) {
        return object->is_signalled_for(*this);
    };
    WaitResult result{.reason = WakeReason::signalled};
    if (request.type == WaitType::any) {
        const auto first = std::find_if(objects.begin(), objects.end(), signalled);
        if (first == objects.end()) {
            return std::nullopt;
        }
        result.index = static_cast<std::uint32_t>(first - objects.begin());
        result.kind = (*first)->acquire(*this);
        return result;
    }
    if (!std::all_of(objects.begin(), objects.end(), signalled)) {
        return std::nullopt;
    }
    for (std::size_t i = 0; i < objects.size(); ++i) {
        if (objects[i]->acquire(*this) == SignalKind::abandoned &&
            result.kind == SignalKind::plain) {
            result.kind = SignalKind::abandoned;
            result.index = static_cast<std::uint32_t>(i);
        }
    }
    return result;
}

void Waiter::begin(WaitRequest request, std::optional<TimerId> timer) {
    cancel();
    for (const auto& object : request.objects) {
        auto& line = object->waiters_;
        if (std::find(line.begin(), line.end(), this) == line.end()) {
            line.push_back(this);
        }
    }
    request_ = std::move(request);
    result_ = {};
    timer_ = timer;
}

void Waiter::leave_lines() {
    for (const auto& object : request_->objects) {
        auto& line = object->waiters_;
        line.erase(std::remove(line.begin(), line.end(), this), line.end());
    }
}

bool Waiter::end(WaitResult result) {
    if (!is_waiting()) {
        return false;
    }
    leave_lines();
    result_ = result;
    return true;
}

WaitRequest Waiter::cancel() {
    if (!request_) {
        return {};
    }
    leave_lines();
    timer_.reset();
    result_ = {};
    return *std::exchange(request_, std::nullopt);
}

}  // namespace ringside::kernelkit
