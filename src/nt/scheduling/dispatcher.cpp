// SPDX-License-Identifier: MIT
#include "nt/scheduling/dispatcher.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/ensure.hpp"
#include "nt/callbacks/user_callback.hpp"
#include "nt/exceptions/exceptions.hpp"
#include "nt/exceptions/frame_edit.hpp"
#include "nt/kernel.hpp"
#include "nt/scheduling/resume.hpp"
#include "nt/scheduling/thread_creation.hpp"
#include "nt/service_context.hpp"
#include "nt/user_caller.hpp"
#include "nt/win32k/gui_thread.hpp"

namespace ringside::nt {
namespace {

using kernelkit::ThreadState;
using kernelkit::WaitRequest;
using kernelkit::WaitResult;
using kernelkit::WakeReason;

/// What a clock tick takes from a quantum (KTHREAD.Quantum counts thirds of a tick).
constexpr std::int32_t quantum_units_of_a_tick = 3;

ThreadObject& thread_of(kernelkit::Schedulable& thread) {
    return static_cast<ThreadObject&>(thread);
}

/// Where ring 3 left the thread; also for who has broken its own kernel.
std::string describe_place(Kernel& kernel, const ThreadObject& thread) {
    try {
        const LinearAddress frame{kernel.structures.get(thread.kthread, "KTHREAD", "TrapFrame")};
        return describe_user_place(kernel, trap_frame_at(kernel.structures, frame));
    } catch (const KernelStructureLost&) {
        return "a place that its KTHREAD does not tell any more";
    }
}

}  // namespace

// --- who there is -------------------------------------------------------------------------------

void Dispatcher::start(const std::shared_ptr<ThreadObject>& first,
                       const std::shared_ptr<ThreadObject>& idle) {
    add(first);
    idle_ = idle;
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
    KernelMemory& memory = kernel_.structures;
    const LinearAddress prcb = memory.place(kernel_.boot_state.pcr, "KPCR", "PrcbData");
    const LinearAddress current{memory.get(prcb, "KPRCB", "CurrentThread")};
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

// --- waiting ------------------------------------------------------------------------------------

std::optional<WaitResult> Dispatcher::answer_at_once(const WaitRequest& request) {
    ThreadObject& thread = *kernel_.thread;
    if (const auto acquired = thread.try_acquire(request)) {
        return acquired;
    }
    if (request.user_mode && request.alertable) {
        if (KeTestAlertThread(kernel_) == STATUS_ALERTED) {
            return WaitResult{.reason = WakeReason::alerted};
        }
        if (has_user_apc(kernel_)) {
            return WaitResult{.reason = WakeReason::user_apc};
        }
    }
    if (request.due && *request.due <= kernel_.interrupt_time) {
        return WaitResult{.reason = WakeReason::timed_out};
    }
    return std::nullopt;
}

ServiceOutcome Dispatcher::begin_wait(WaitRequest request) {
    ThreadObject& thread = *kernel_.thread;
    std::optional<kernelkit::TimerId> timer;
    if (request.due) {
        timer = set_timer(*request.due, 0, thread.shared_from_this());
    }
    thread.begin(std::move(request), timer);
    scheduler_.block();
    return ServiceOutcome::blocked();
}

ServiceOutcome Dispatcher::wait(WaitRequest request, kernelkit::Resume resume) {
    if (const auto result = answer_at_once(request)) {
        ServiceContext context(kernel_, kernel_.previous_mode());
        return run_resume(context, resume, *result);
    }
    kernel_.thread->pending.push_back(
        {.resume = resume, .waits = true, .interrupted = {}, .call = {}});
    return begin_wait(std::move(request));
}

ServiceOutcome Dispatcher::answer_later(NTSTATUS status) {
    deliver_kernel_apc_ = false;
    kernel_.thread->pending.push_back({.resume = resume_with(ResumeNumber::return_status, status),
                                       .waits = false,
                                       .interrupted = {},
                                       .call = {}});
    return ServiceOutcome::blocked();
}

bool Dispatcher::must_leave() const {
    return scheduler_.next() != nullptr || deliver_kernel_apc_;
}

ServiceOutcome Dispatcher::finish(const WaitResult& result) {
    auto& pending = kernel_.thread->pending;
    const kernelkit::Resume resume = pending.back().resume;
    pending.pop_back();
    ServiceContext context(kernel_, kernel_.previous_mode());
    return run_resume(context, resume, result);
}

ServiceOutcome Dispatcher::resume() {
    ThreadObject& thread = *kernel_.thread;
    if (thread.pending.empty()) {
        // Only a guest that jumped into the middle of KiServiceOutcome asks this.
        return STATUS_UNSUCCESSFUL;
    }
    PendingService& service = thread.pending.back();
    if (!service.waits) {
        return finish({});
    }
    if (service.interrupted) {
        WaitRequest request = *std::exchange(service.interrupted, std::nullopt);
        const auto result = answer_at_once(request);
        return result ? finish(*result) : begin_wait(std::move(request));
    }
    if (thread.is_waiting()) {
        if (thread.state == ThreadState::running) {
            scheduler_.block();  // The guest came back without having switched.
        }
        return ServiceOutcome::blocked();
    }
    const WaitResult result = thread.result();
    if (const auto timer = thread.timer()) {
        cancel_timer(*timer);
    }
    thread.cancel();
    return finish(result);
}

void Dispatcher::signal(kernelkit::Waitable& object) {
    while (kernelkit::Waiter* const waiter = object.satisfy_next()) {
        scheduler_.make_ready(static_cast<ThreadObject&>(*waiter));
    }
}

bool Dispatcher::wake(ThreadObject& thread, WakeReason reason) {
    if (!thread.end({.reason = reason})) {
        return false;
    }
    if (reason == WakeReason::kernel_apc && !thread.pending.empty()) {
        if (const auto timer = thread.timer()) {
            cancel_timer(*timer);
        }
        thread.pending.back().interrupted = thread.cancel();
    }
    scheduler_.make_ready(thread);
    return true;
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

std::string Dispatcher::describe_waits() const {
    std::string text;
    for (const auto& thread : threads_) {
        const WaitRequest* const request = thread->request();
        if (request == nullptr) {
            continue;
        }
        std::string what;
        for (const auto& waitable : request->objects) {
            const auto* const object = dynamic_cast<const Object*>(waitable.get());
            what += fmt::format("{}{}", what.empty() ? "" : ", ",
                                object != nullptr ? object->describe() : "somebody to resume it");
        }
        text += fmt::format("  thread {:X} waits for {} in {}\n", thread->id,
                            what.empty() ? "nothing that will come" : what,
                            describe_place(kernel_, *thread));
    }
    return text;
}

}  // namespace ringside::nt
