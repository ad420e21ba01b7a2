// SPDX-License-Identifier: MIT
#pragma once

#include <set>
#include <vector>

#include "kernelkit/ready_queues.hpp"

namespace ringside::kernelkit {

/// One processor's scheduler: strict priorities, round robin within one, an idle thread that runs
/// when no other is ready. It only decides. The guest's own code switches, and the kernel then
/// says so by switched_to(); between the two, next() is the thread the guest is to switch to.
class Scheduler {
  public:
    /// Begins with `running` on the processor. `idle` is never in a queue.
    void start(Schedulable& running, Schedulable& idle);

    [[nodiscard]] Schedulable& running() const { return *running_; }
    [[nodiscard]] bool is_idle() const { return running_ == idle_; }
    /// Null while the running thread may go on.
    [[nodiscard]] Schedulable* next() const { return next_; }

    /// A new thread, or one whose wait is over, could run; the running one gives way to a higher
    /// priority. A running thread whose wait ends before the guest has switched simply goes on.
    void make_ready(Schedulable& thread);
    /// The running thread waits.
    void block();
    /// The running thread lets one other run, of whatever priority. False when none is ready.
    bool yield();
    /// The thread never runs again.
    void retire(Schedulable& thread);
    void set_priority(Schedulable& thread, std::uint32_t priority);

    /// A clock tick takes `units` from the running thread's quantum. At the end of it, the quantum
    /// becomes `full` again and the next thread of the same priority has its turn.
    void tick(std::int32_t units, std::int32_t full);

    /// The guest has switched to this thread.
    void switched_to(Schedulable& thread);

    /// Threads whose state changed since the last call, for whoever mirrors it in guest memory.
    [[nodiscard]] std::vector<Schedulable*> take_changed();
    [[nodiscard]] bool has_changed() const { return !changed_.empty(); }

    template <typename A>
    void persist(A& archive) {
        persist_all(archive, ready_, running_, idle_, next_, to_tail_, changed_);
    }
    /// Whether what was loaded could have come about, with no threads but these, which outlive it:
    /// only they are named, and each that stands in a queue is ready and stands there once.
    [[nodiscard]] bool is_possible(const std::set<const Schedulable*>& threads) const;

  private:
    void set_state(Schedulable& thread, ThreadState state);
    void choose(Schedulable& thread);
    void enqueue(Schedulable& thread);
    void put_next_back();
    void choose_any();
    [[nodiscard]] bool beats(const Schedulable& thread, const Schedulable& other) const;
    [[nodiscard]] bool is_runnable() const { return running_->state == ThreadState::running; }

    ReadyQueues ready_;
    Schedulable* running_ = nullptr;
    Schedulable* idle_ = nullptr;
    Schedulable* next_ = nullptr;
    bool to_tail_ = false;  ///< The running thread has had its turn.
    std::vector<Schedulable*> changed_;
};

}  // namespace ringside::kernelkit
