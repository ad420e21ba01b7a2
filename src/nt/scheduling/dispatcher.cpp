// SPDX-License-Identifier: MIT
#include "nt/scheduling/dispatcher.hpp"

#include <algorithm>

#include "nt/callbacks/user_callback.hpp"
#include "nt/kernel.hpp"
#include "nt/scheduling/thread_creation.hpp"
#include "nt/win32k/gui_thread.hpp"

namespace ringside::nt {
namespace {

/// What a clock tick takes from a quantum (KTHREAD.Quantum counts thirds of a tick).
constexpr std::int32_t quantum_units_of_a_tick = 3;

ThreadObject& thread_of(kernelkit::Schedulable& thread) {
    return static_cast<ThreadObject&>(thread);
}

}  // namespace

Dispatcher::~Dispatcher() {
    forget_threads();
}

void Dispatcher::forget_threads() {
    for (const auto& threads : {threads_, ended_}) {
        for (const auto& thread : threads) {
            thread->cancel();
            thread->pending.clear();
        }
    }
    threads_.clear();
    ended_.clear();
}

// --- who there is -------------------------------------------------------------------------------

void Dispatcher::start(const std::shared_ptr<ThreadObject>& first,
                       const std::shared_ptr<ThreadObject>& idle) {
    add(first);
    idle_ = idle;
    KernelMemory& memory = kernel_.structures;
    const LinearAddress prcb = memory.place(kernel_.boot_state.pcr, "KPCR", "PrcbData");
    current_thread_slot_ = memory.place(prcb, "KPRCB", "CurrentThread");
    scheduler_.start(*first, *idle);
}

void Dispatcher::add(const std::shared_ptr<ThreadObject>& thread) {
    threads_.push_back(thread);
}

std::shared_ptr<ThreadObject> Dispatcher::thread_at(LinearAddress kthread) const {
    if (idle_ && idle_->kthread == kthread) {
        return idle_;
    }
    const auto found =
        std::find_if(threads_.begin(), threads_.end(),
                     [kthread](const auto& thread) { return thread->kthread == kthread; });
    return found != threads_.end() ? *found : nullptr;
}

std::shared_ptr<ThreadObject> Dispatcher::thread_of(std::uint32_t id) const {
    const auto found = std::find_if(threads_.begin(), threads_.end(),
                                    [id](const auto& thread) { return thread->id == id; });
    return found != threads_.end() ? *found : nullptr;
}

// --- between host and guest ---------------------------------------------------------------------

void Dispatcher::follow_guest() {
    const LinearAddress current{kernel_.structures.read<std::uint32_t>(current_thread_slot_)};
    // Before KiSystemStartup has filled the PCR there is only the first thread.
    if (current == kernel_.thread->kthread || current.value == 0) {
        return;
    }
    auto thread = thread_at(current);
    if (!thread) {
        throw KernelStructureLost{current};
    }
    kernel_.thread = std::move(thread);
    scheduler_.switched_to(*kernel_.thread);
    free_stacks(kernel_, ended_);  // Whoever ended has left its stack now.
}

void Dispatcher::publish() {
    if (!scheduler_.has_changed()) {
        return;
    }
    KernelMemory& memory = kernel_.structures;
    for (kernelkit::Schedulable* const changed : scheduler_.take_changed()) {
        const LinearAddress kthread = nt::thread_of(*changed).kthread;
        memory.set(kthread, "KTHREAD", "State", static_cast<std::uint32_t>(changed->state));
        memory.set(kthread, "KTHREAD", "Priority", changed->priority);
    }
    const auto* const next = scheduler_.next();
    const LinearAddress prcb = memory.place(kernel_.boot_state.pcr, "KPCR", "PrcbData");
    memory.set(prcb, "KPRCB", "NextThread",
               next != nullptr ? static_cast<const ThreadObject*>(next)->kthread.value : 0);
}

// --- running ------------------------------------------------------------------------------------

void Dispatcher::set_priority(ThreadObject& thread, std::uint32_t priority) {
    scheduler_.set_priority(thread, priority);
    kernel_.structures.set(thread.kthread, "KTHREAD", "Priority", priority);
}

void Dispatcher::terminate(ThreadObject& thread, NTSTATUS status) {
    thread.exit_status = status;
    if (const auto timer = thread.timer()) {
        cancel_timer(*timer);
    }
    thread.cancel();
    forget_callbacks(kernel_, thread);
    end_gui_thread(kernel_, thread);
    thread.pending.clear();
    scheduler_.retire(thread);
    signal(thread);
    kernel_.tell_thread_ended(thread.id);
    const auto found = std::find_if(threads_.begin(), threads_.end(),
                                    [&](const auto& other) { return other.get() == &thread; });
    ended_.push_back(*found);
    threads_.erase(found);
}

void Dispatcher::free_ended() {
    free_stacks(kernel_, ended_);
    free_kthreads(kernel_, ended_);
}

void Dispatcher::tick() {
    const std::uint32_t full =
        kernel_.structures.get(kernel_.process->kprocess, "KPROCESS", "ThreadQuantum");
    const std::shared_ptr<ThreadObject> running = kernel_.thread;
    scheduler_.tick(quantum_units_of_a_tick, static_cast<std::int32_t>(full));
    if (!is_idle()) {
        kernel_.structures.set(running->kthread, "KTHREAD", "Quantum",
                               static_cast<std::uint32_t>(running->quantum));
    }
    expire_timers();
}

// --- timers -------------------------------------------------------------------------------------

kernelkit::TimerId Dispatcher::set_timer(kernelkit::GuestTime due, kernelkit::GuestTime period,
                                         const std::shared_ptr<TimerOwner>& owner) {
    const kernelkit::TimerId timer = timers_.set(due, 0, period);
    timer_owners_[timer.value] = owner;
    return timer;
}

void Dispatcher::cancel_timer(kernelkit::TimerId timer) {
    timers_.cancel(timer);
    timer_owners_.erase(timer.value);
}

void Dispatcher::expire_timers() {
    while (const auto expired = timers_.expire(kernel_.interrupt_time)) {
        const auto found = timer_owners_.find(expired->id.value);
        if (found == timer_owners_.end()) {
            continue;
        }
        const auto owner = found->second.lock();
        if (owner) {
            owner->timer_expired(kernel_, *expired);
        } else {
            cancel_timer(expired->id);
        }
    }
}

// --- the end ------------------------------------------------------------------------------------

bool Dispatcher::is_deadlocked() const {
    const kernelkit::Schedulable* const next = scheduler_.next();
    const bool nobody_runs = next != nullptr ? next == idle_.get() : scheduler_.is_idle();
    return nobody_runs && timers_.empty();
}

}  // namespace ringside::nt
