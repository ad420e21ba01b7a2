// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/address.hpp"
#include "kernelkit/scheduler.hpp"
#include "kernelkit/timer_queue.hpp"
#include "kernelkit/wait.hpp"
#include "nt/objects/thread_object.hpp"
#include "nt/service_table.hpp"

namespace ringside::nt {

class Kernel;
class KernelArchive;

/// The kernel's dispatcher: who waits, who could run, who is next. It decides on the host and
/// writes the decision to KPRCB.NextThread and KTHREAD.State; KiSwapContext in the guest carries it
/// out, and the host sees that it has in KPRCB.CurrentThread.
class Dispatcher {
  public:
    explicit Dispatcher(Kernel& kernel) : kernel_(kernel) {}
    /// Threads that wait for themselves, or for each other, would keep each other alive.
    ~Dispatcher();
    Dispatcher(const Dispatcher&) = delete;
    Dispatcher& operator=(const Dispatcher&) = delete;

    /// The first thread is running, the idle thread stands by.
    void start(const std::shared_ptr<ThreadObject>& first,
               const std::shared_ptr<ThreadObject>& idle);
    /// A new thread, not ready yet.
    void add(const std::shared_ptr<ThreadObject>& thread);
    /// Those that have not ended, in the order in which they were made; without the idle thread.
    [[nodiscard]] const std::vector<std::shared_ptr<ThreadObject>>& threads() const {
        return threads_;
    }
    [[nodiscard]] std::shared_ptr<ThreadObject> thread_at(LinearAddress kthread) const;
    [[nodiscard]] std::shared_ptr<ThreadObject> thread_of(std::uint32_t id) const;
    [[nodiscard]] bool is_idle() const { return scheduler_.is_idle(); }

    /// Called as a hypercall begins: the guest may have switched.
    void follow_guest();
    /// Called as a hypercall ends: writes what changed to guest memory.
    void publish();

    // --- waiting --------------------------------------------------------------------------------
    /// Lets the current thread wait, unless the objects' states, an alert or a user APC answer at
    /// once; `resume` gets the result either way.
    [[nodiscard]] ServiceOutcome wait(kernelkit::WaitRequest request, kernelkit::Resume resume);
    /// The current thread's service answers `status` later: first another thread has its turn, or a
    /// kernel APC.
    [[nodiscard]] ServiceOutcome answer_later(NTSTATUS status);
    /// Whether a service that is done should answer later: somebody else is to run, or a kernel APC
    /// waits to be delivered.
    [[nodiscard]] bool must_leave() const;
    /// A kernel APC was queued to the current thread.
    void request_kernel_apc() { deliver_kernel_apc_ = true; }
    /// `out 0EAh,eax` of the current thread.
    [[nodiscard]] ServiceOutcome resume();

    /// The object's state changed: waits that it satisfies end.
    void signal(kernelkit::Waitable& object);
    /// Ends the thread's wait for a reason of its own. False when it does not wait.
    bool wake(ThreadObject& thread, kernelkit::WakeReason reason);

    // --- running --------------------------------------------------------------------------------
    void make_ready(ThreadObject& thread) { scheduler_.make_ready(thread); }
    [[nodiscard]] bool yield() { return scheduler_.yield(); }
    void set_priority(ThreadObject& thread, std::uint32_t priority);
    /// The thread never runs again; whoever waits for it goes on. PspTerminateThread's part.
    void terminate(ThreadObject& thread, NTSTATUS status);
    /// Lets go of the KTHREADs of threads that have ended and that nobody holds any more.
    void free_ended();
    /// A clock tick: timers that ran out, and the running thread's quantum.
    void tick();

    // --- timers ---------------------------------------------------------------------------------
    kernelkit::TimerId set_timer(kernelkit::GuestTime due, kernelkit::GuestTime period,
                                 const std::shared_ptr<TimerOwner>& owner);
    void cancel_timer(kernelkit::TimerId timer);
    [[nodiscard]] bool has_timers() const { return !timers_.empty(); }

    /// Whether every thread waits and no timer will change that.
    [[nodiscard]] bool is_deadlocked() const;
    /// "waits for" and what; empty when it does not wait. Reads nothing of the guest.
    [[nodiscard]] static std::string describe_wait(const ThreadObject& thread);
    /// One line a thread that waits: for what, and where.
    [[nodiscard]] std::string describe_waits() const;

    /// Lets go of all threads, because others are about to be loaded: what ties them to themselves
    /// and to each other is cut.
    void forget_threads();
    void persist(KernelArchive& archive);
    /// Null when it is no thread's.
    [[nodiscard]] std::shared_ptr<ThreadObject> owner_of(const SuspendGate& gate) const;
    [[nodiscard]] bool knows(const ThreadObject& thread) const;
    /// Whether what was loaded could have come about: every thread is among those that live or
    /// those that have ended, as its state says, and the scheduler knows no others.
    [[nodiscard]] bool is_possible() const;
    /// The same of the timers: none ran out long ago.
    [[nodiscard]] bool has_possible_timers() const;

  private:
    [[nodiscard]] ServiceOutcome begin_wait(kernelkit::WaitRequest request);
    [[nodiscard]] std::optional<kernelkit::WaitResult> answer_at_once(
        const kernelkit::WaitRequest& request);
    [[nodiscard]] ServiceOutcome finish(const kernelkit::WaitResult& result);
    void expire_timers();

    Kernel& kernel_;
    kernelkit::Scheduler scheduler_;
    std::vector<std::shared_ptr<ThreadObject>> threads_;
    std::vector<std::shared_ptr<ThreadObject>> ended_;  ///< Their kernel part is still there.
    std::shared_ptr<ThreadObject> idle_;
    kernelkit::TimerQueue timers_;
    std::map<std::uint64_t, std::weak_ptr<TimerOwner>> timer_owners_;
    bool deliver_kernel_apc_ = false;
    LinearAddress current_thread_slot_;  ///< KPRCB.CurrentThread, which every hypercall reads.
};

}  // namespace ringside::nt
