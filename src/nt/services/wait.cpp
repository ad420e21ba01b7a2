// SPDX-License-Identifier: MIT
#include "nt/services/wait.hpp"

#include <algorithm>
#include <array>
#include <limits>

#include "nt/exceptions/exceptions.hpp"
#include "nt/objects/kernel_objects.hpp"

namespace ringside::nt {
namespace {

constexpr std::size_t maximum_wait_objects = 64;

/// Interrupt time at which a timeout ends; nothing for one that never does.
std::optional<std::uint64_t> due_time(const Kernel& kernel, std::int64_t timeout) {
    if (timeout == std::numeric_limits<std::int64_t>::min()) {
        return std::nullopt;  // Sleep(INFINITE)
    }
    if (timeout < 0) {
        return kernel.interrupt_time + static_cast<std::uint64_t>(-timeout);
    }
    const std::int64_t left = timeout - kernel.system_time().ticks;
    return kernel.interrupt_time + static_cast<std::uint64_t>(std::max<std::int64_t>(left, 0));
}

/// Begins the thread's wait, or answers at once when an APC or an alert stands in its way.
ServiceOutcome begin_wait(ServiceContext& context, ResumeNumber resume, bool alertable,
                          std::optional<std::uint64_t> due) {
    Kernel& kernel = context.kernel;
    const bool may_alert = alertable && context.mode == guest::ProcessorMode::user;
    if (may_alert) {
        const NTSTATUS alerted = KeTestAlertThread(kernel);
        if (alerted != STATUS_SUCCESS) {
            return alerted;
        }
        if (has_user_apc(kernel)) {
            return STATUS_USER_APC;
        }
    }
    kernelkit::Wait wait{.resume = kernelkit::Resume(static_cast<std::uint32_t>(resume), 0),
                         .timer = {},
                         .alertable = may_alert};
    if (due) {
        wait.timer = kernel.timers.set(*due, kernel.thread->id);
    }
    kernel.thread->wait = wait;
    return ServiceOutcome::blocked();
}

NTSTATUS status_of_delay(kernelkit::WakeReason reason) {
    return reason == kernelkit::WakeReason::alerted ? STATUS_USER_APC : STATUS_SUCCESS;
}

NTSTATUS status_of_wait(kernelkit::WakeReason reason) {
    return reason == kernelkit::WakeReason::alerted ? STATUS_USER_APC : STATUS_TIMEOUT;
}

Expected<std::optional<std::int64_t>, NTSTATUS> capture_timeout(
    ServiceContext& context, UserPointer<LARGE_INTEGER> timeout) {
    if (!timeout) {
        return std::optional<std::int64_t>{};
    }
    const auto captured = context.read(timeout);
    if (!captured) {
        return Unexpected{captured.error()};
    }
    return std::optional<std::int64_t>{captured->QuadPart};
}

/// No signal can come while the only thread waits: what is not signalled now ends by its timeout,
/// by an alert, or not at all.
ServiceOutcome wait_unsatisfied(ServiceContext& context, bool alertable,
                                std::optional<std::int64_t> timeout) {
    if (timeout == 0) {
        return STATUS_TIMEOUT;
    }
    const auto due = timeout ? due_time(context.kernel, *timeout) : std::nullopt;
    return begin_wait(context, ResumeNumber::end_of_wait, alertable, due);
}

ServiceOutcome NtWaitForSingleObject(ServiceContext& context, HANDLE handle, BOOLEAN alertable,
                                     UserPointer<LARGE_INTEGER> timeout_from) {
    const auto timeout = capture_timeout(context, timeout_from);
    if (!timeout) {
        return timeout.error();
    }
    const auto object = context.reference_any(handle, SYNCHRONIZE);
    if (!object) {
        return object.error();
    }
    if ((*object)->type() == ObjectType::section) {
        return STATUS_OBJECT_TYPE_MISMATCH;
    }
    if ((*object)->signalled()) {
        (*object)->consume_signal();
        return STATUS_SUCCESS;
    }
    return wait_unsatisfied(context, static_cast<bool>(alertable), *timeout);
}

ServiceOutcome NtWaitForMultipleObjects(ServiceContext& context, ULONG count,
                                        UserPointer<HANDLE> handles, ULONG type, BOOLEAN alertable,
                                        UserPointer<LARGE_INTEGER> timeout_from) {
    constexpr ULONG WaitAny = 1;
    if (count == 0 || count > maximum_wait_objects) {
        return STATUS_INVALID_PARAMETER_1;
    }
    if (type > WaitAny) {
        return STATUS_INVALID_PARAMETER_3;
    }
    const auto timeout = capture_timeout(context, timeout_from);
    if (!timeout) {
        return timeout.error();
    }
    std::array<HANDLE, maximum_wait_objects> words{};
    const NTSTATUS captured =
        context.read_bytes(handles.address, std::as_writable_bytes(std::span(words).first(count)));
    if (!nt_success(captured)) {
        return captured;
    }
    std::vector<std::shared_ptr<Object>> objects;
    for (const HANDLE handle : std::span(words).first(count)) {
        auto object = context.reference_any(handle, SYNCHRONIZE);
        if (!object || (*object)->type() == ObjectType::section) {
            return object ? STATUS_OBJECT_TYPE_MISMATCH : object.error();
        }
        objects.push_back(*object);
    }
    const auto signalled = [](const std::shared_ptr<Object>& object) {
        return object->signalled();
    };
    if (type == WaitAny) {
        const auto first = std::find_if(objects.begin(), objects.end(), signalled);
        if (first != objects.end()) {
            (*first)->consume_signal();
            // STATUS_WAIT_0 + index.
            return NTSTATUS{static_cast<std::uint32_t>(first - objects.begin())};
        }
    } else if (std::all_of(objects.begin(), objects.end(), signalled)) {
        for (const auto& object : objects) {
            object->consume_signal();
        }
        return STATUS_SUCCESS;
    }
    return wait_unsatisfied(context, static_cast<bool>(alertable), *timeout);
}

constexpr std::array table{
    service<NtWaitForMultipleObjects>("NtWaitForMultipleObjects",
                                      "Count Handles WaitType Alertable Timeout"),
    service<NtWaitForSingleObject>("NtWaitForSingleObject", "Handle Alertable Timeout"),
};

}  // namespace

ServiceOutcome delay(ServiceContext& context, bool alertable, std::int64_t interval) {
    if (interval == 0) {
        return STATUS_NO_YIELD_PERFORMED;
    }
    return begin_wait(context, ResumeNumber::end_of_delay, alertable,
                      due_time(context.kernel, interval));
}

void expire_timers(Kernel& kernel) {
    while (const auto expired = kernel.timers.expire(kernel.interrupt_time)) {
        auto& wait = kernel.thread->wait;
        if (wait && wait->timer == expired->id && wait->woken == kernelkit::WakeReason::none) {
            wait->woken = kernelkit::WakeReason::timed_out;
            wait->timer.reset();
        }
    }
}

ServiceOutcome finish_wait(Kernel& kernel) {
    auto& wait = kernel.thread->wait;
    if (!wait) {
        // Only a guest that jumped into the middle of KiServiceOutcome asks this.
        return STATUS_UNSUCCESSFUL;
    }
    if (wait->timer) {
        kernel.timers.cancel(*wait->timer);
    }
    const auto number = static_cast<ResumeNumber>(wait->resume.number());
    const kernelkit::WakeReason reason = wait->woken;
    wait.reset();
    switch (number) {
        case ResumeNumber::end_of_delay: return status_of_delay(reason);
        case ResumeNumber::end_of_wait: return status_of_wait(reason);
    }
    return STATUS_UNSUCCESSFUL;
}

std::span<const ServiceRow> wait_services() {
    return table;
}

}  // namespace ringside::nt
