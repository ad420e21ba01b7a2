// SPDX-License-Identifier: MIT
// Waiting: what begins a wait, what ends it, and how a suspended service goes on.
#include <fmt/format.h>

#include "nt/exceptions/exceptions.hpp"
#include "nt/exceptions/frame_edit.hpp"
#include "nt/kernel.hpp"
#include "nt/scheduling/dispatcher.hpp"
#include "nt/scheduling/resume.hpp"
#include "nt/service_context.hpp"
#include "nt/user_caller.hpp"

namespace ringside::nt {
namespace {

using kernelkit::ThreadState;
using kernelkit::WaitRequest;
using kernelkit::WaitResult;
using kernelkit::WakeReason;

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

std::string Dispatcher::describe_wait(const ThreadObject& thread) {
    const WaitRequest* const request = thread.request();
    if (request == nullptr) {
        return {};
    }
    std::string what;
    for (const auto& waitable : request->objects) {
        const auto* const object = dynamic_cast<const Object*>(waitable.get());
        what += fmt::format("{}{}", what.empty() ? "" : ", ",
                            object != nullptr ? object->describe() : "somebody to resume it");
    }
    return fmt::format("waits for {}", what.empty() ? "nothing that will come" : what);
}

std::string Dispatcher::describe_waits() const {
    std::string text;
    for (const auto& thread : threads_) {
        if (const std::string wait = describe_wait(*thread); !wait.empty()) {
            text += fmt::format("  thread {:X} {} in {}\n", thread->id, wait,
                                describe_place(kernel_, *thread));
        }
    }
    return text;
}

}  // namespace ringside::nt
