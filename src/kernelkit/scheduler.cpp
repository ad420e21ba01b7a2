// SPDX-License-Identifier: MIT
#include "kernelkit/scheduler.hpp"

#include <algorithm>
#include <utility>

namespace ringside::kernelkit {

void Scheduler::start(Schedulable& running, Schedulable& idle) {
    running_ = &running;
    idle_ = &idle;
    set_state(idle, ThreadState::ready);
    set_state(running, ThreadState::running);
}

void Scheduler::set_state(Schedulable& thread, ThreadState state) {
    if (thread.state == state) {
        return;
    }
    thread.state = state;
    if (std::find(changed_.begin(), changed_.end(), &thread) == changed_.end()) {
        changed_.push_back(&thread);
    }
}

bool Scheduler::is_possible(const std::set<const Schedulable*>& threads) const {
    std::set<const Schedulable*> queued = threads;
    queued.erase(idle_);
    return threads.contains(running_) && threads.contains(idle_) &&
           (next_ == nullptr ||
            (threads.contains(next_) && next_->state == ThreadState::standby)) &&
           std::all_of(changed_.begin(), changed_.end(),
                       [&](const Schedulable* thread) { return threads.contains(thread); }) &&
           ready_.is_possible(queued);
}

std::vector<Schedulable*> Scheduler::take_changed() {
    return std::exchange(changed_, {});
}

bool Scheduler::beats(const Schedulable& thread, const Schedulable& other) const {
    return &other == idle_ || thread.priority > other.priority;
}

void Scheduler::choose(Schedulable& thread) {
    if (&thread == running_) {
        set_state(thread, ThreadState::running);  // Chosen again before it has left the processor.
        return;
    }
    next_ = &thread;
    set_state(thread, ThreadState::standby);
}

/// The thread that was to run next waits for its turn again, before all others of its priority.
void Scheduler::put_next_back() {
    if (next_ == nullptr) {
        return;
    }
    Schedulable& thread = *std::exchange(next_, nullptr);
    set_state(thread, ThreadState::ready);
    if (&thread != idle_) {
        ready_.push_front(thread);
    }
}

void Scheduler::choose_any() {
    Schedulable* const thread = ready_.highest();
    if (thread != nullptr) {
        ready_.remove(*thread);
    }
    choose(thread != nullptr ? *thread : *idle_);
}

void Scheduler::enqueue(Schedulable& thread) {
    set_state(thread, ThreadState::ready);
    ready_.push_back(thread);
}

void Scheduler::make_ready(Schedulable& thread) {
    if (&thread == running_) {
        if (next_ != nullptr && !beats(thread, *next_)) {
            enqueue(thread);  // Back in the queue before it has left the processor.
            return;
        }
        put_next_back();
        set_state(thread, ThreadState::running);
        return;
    }
    const Schedulable& holder = next_ != nullptr ? *next_ : *running_;
    if (!beats(thread, holder)) {
        enqueue(thread);
        return;
    }
    put_next_back();
    choose(thread);
}

void Scheduler::block() {
    set_state(*running_, ThreadState::waiting);
    if (next_ == nullptr) {
        choose_any();
    }
}

bool Scheduler::yield() {
    if (next_ == nullptr) {
        if (ready_.highest() == nullptr) {
            return false;
        }
        choose_any();
    }
    to_tail_ = true;
    return true;
}

void Scheduler::retire(Schedulable& thread) {
    ready_.remove(thread);
    if (&thread == next_) {
        next_ = nullptr;
        if (!is_runnable()) {
            choose_any();
        }
    }
    set_state(thread, ThreadState::terminated);
    if (&thread == running_ && next_ == nullptr) {
        choose_any();
    }
}

void Scheduler::set_priority(Schedulable& thread, std::uint32_t priority) {
    if (ready_.remove(thread)) {
        thread.priority = priority;
        set_state(thread, ThreadState::waiting);
        make_ready(thread);
        return;
    }
    thread.priority = priority;
    if (&thread == next_) {
        put_next_back();
        if (!is_runnable()) {
            choose_any();
        }
    }
    Schedulable* const highest = ready_.highest();
    if (is_runnable() && next_ == nullptr && highest != nullptr && beats(*highest, *running_)) {
        choose_any();
    }
}

void Scheduler::tick(std::int32_t units, std::int32_t full) {
    if (is_idle() || !is_runnable() || next_ != nullptr) {
        return;
    }
    running_->quantum -= units;
    const bool over = running_->quantum <= 0;
    if (over) {
        running_->quantum = full;
    }
    const Schedulable* const highest = ready_.highest();
    if (highest != nullptr &&
        (beats(*highest, *running_) || (over && highest->priority == running_->priority))) {
        choose_any();
        to_tail_ = over;
    }
}

void Scheduler::switched_to(Schedulable& thread) {
    if (&thread == running_) {
        return;
    }
    Schedulable& old = *std::exchange(running_, &thread);
    if (&thread == next_) {
        next_ = nullptr;
    } else {
        ready_.remove(thread);  // The guest's own idea; whoever was to be next still is.
    }
    set_state(thread, ThreadState::running);
    const bool to_tail = std::exchange(to_tail_, false);
    if (old.state == ThreadState::running) {
        set_state(old, ThreadState::ready);
        if (&old != idle_) {
            to_tail ? ready_.push_back(old) : ready_.push_front(old);
        }
    }
}

}  // namespace ringside::kernelkit
