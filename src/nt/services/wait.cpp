// SPDX-License-Identifier: MIT
#include "nt/services/wait.hpp"

#include <algorithm>
#include <array>
#include <limits>

#include "nt/exceptions/exceptions.hpp"
#include "nt/objects/event_object.hpp"
#include "nt/objects/mutant_object.hpp"
#include "nt/objects/semaphore_object.hpp"

namespace ringside::nt {
namespace {

constexpr std::size_t maximum_wait_objects = 64;

std::optional<NTSTATUS> status_of_interruption(kernelkit::WakeReason reason) {
    if (reason == kernelkit::WakeReason::user_apc) {
        return STATUS_USER_APC;
    }
    if (reason == kernelkit::WakeReason::alerted) {
        return STATUS_ALERTED;
    }
    return std::nullopt;
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

/// Sections and directories have no state to wait for.
bool is_waitable(const Object& object) {
    return object.type() != ObjectType::section && object.type() != ObjectType::directory;
}

/// Whether the wait would take a mutant that its owner cannot take once more.
bool passes_mutant_limit(const ThreadObject& thread,
                         const std::vector<std::shared_ptr<Object>>& objects,
                         kernelkit::WaitType type) {
    for (const auto& object : objects) {
        const auto* const mutant = dynamic_cast<const MutantObject*>(object.get());
        if (mutant != nullptr && mutant->is_at_limit_for(thread)) {
            return true;
        }
        if (type == kernelkit::WaitType::any && object->is_signalled_for(thread)) {
            return false;
        }
    }
    return false;
}

/// A wait for objects, as its service has captured it.
ServiceOutcome wait_for(ServiceContext& context, std::vector<std::shared_ptr<Object>> objects,
                        kernelkit::WaitType type, BOOLEAN alertable,
                        std::optional<std::int64_t> timeout) {
    if (passes_mutant_limit(*context.kernel.thread, objects, type)) {
        return STATUS_MUTANT_LIMIT_EXCEEDED;
    }
    kernelkit::WaitRequest request{.objects = {objects.begin(), objects.end()},
                                   .type = type,
                                   .alertable = static_cast<bool>(alertable),
                                   .user_mode = context.mode == guest::ProcessorMode::user,
                                   .due = {}};
    if (timeout) {
        request.due = due_time(context.kernel, *timeout);
    }
    return context.kernel.dispatcher.wait(std::move(request),
                                          resume_with(ResumeNumber::end_of_wait));
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
    if (!is_waitable(**object)) {
        return STATUS_OBJECT_TYPE_MISMATCH;
    }
    return wait_for(context, {*object}, kernelkit::WaitType::any, alertable, *timeout);
}

ServiceOutcome NtWaitForMultipleObjects(ServiceContext& context, ULONG count,
                                        UserPointer<HANDLE> handles, ULONG type, BOOLEAN alertable,
                                        UserPointer<LARGE_INTEGER> timeout_from) {
    if (count == 0 || count > maximum_wait_objects) {
        return STATUS_INVALID_PARAMETER_1;
    }
    if (type > static_cast<ULONG>(kernelkit::WaitType::any)) {
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
        if (!object || !is_waitable(**object)) {
            return object ? STATUS_OBJECT_TYPE_MISMATCH : object.error();
        }
        // One object cannot satisfy two places of the list at once.
        if (type == static_cast<ULONG>(kernelkit::WaitType::all) &&
            std::find(objects.begin(), objects.end(), *object) != objects.end()) {
            return STATUS_INVALID_PARAMETER_MIX;
        }
        objects.push_back(*object);
    }
    return wait_for(context, std::move(objects), static_cast<kernelkit::WaitType>(type), alertable,
                    *timeout);
}

/// The signal half: what NtSetEvent, NtReleaseMutant and NtReleaseSemaphore would do.
NTSTATUS signal_object(ServiceContext& context, HANDLE handle) {
    Kernel& kernel = context.kernel;
    const auto object = context.reference_any(handle, 0);
    if (!object) {
        return object.error();
    }
    if (auto* const mutant = dynamic_cast<MutantObject*>(object->get())) {
        return mutant->release(kernel, *kernel.thread);
    }
    if (auto* const event = dynamic_cast<EventObject*>(object->get())) {
        const auto allowed = context.reference_any(handle, EVENT_MODIFY_STATE);
        if (!allowed) {
            return allowed.error();
        }
        event->signal = true;
        kernel.dispatcher.signal(*event);
        return STATUS_SUCCESS;
    }
    if (auto* const semaphore = dynamic_cast<SemaphoreObject*>(object->get())) {
        const auto allowed = context.reference_any(handle, SEMAPHORE_MODIFY_STATE);
        if (!allowed) {
            return allowed.error();
        }
        if (!semaphore->add(1)) {
            return STATUS_SEMAPHORE_LIMIT_EXCEEDED;
        }
        kernel.dispatcher.signal(*semaphore);
        return STATUS_SUCCESS;
    }
    return STATUS_OBJECT_TYPE_MISMATCH;
}

/// Nobody runs between the signal and the wait: both happen within one hypercall.
ServiceOutcome NtSignalAndWaitForSingleObject(ServiceContext& context, HANDLE to_signal,
                                              HANDLE to_wait_for, BOOLEAN alertable,
                                              UserPointer<LARGE_INTEGER> timeout_from) {
    const auto timeout = capture_timeout(context, timeout_from);
    if (!timeout) {
        return timeout.error();
    }
    const auto object = context.reference_any(to_wait_for, SYNCHRONIZE);
    if (!object) {
        return object.error();
    }
    if (!is_waitable(**object)) {
        return STATUS_OBJECT_TYPE_MISMATCH;
    }
    const NTSTATUS signalled = signal_object(context, to_signal);
    if (signalled != STATUS_SUCCESS) {
        return signalled;
    }
    return wait_for(context, {*object}, kernelkit::WaitType::any, alertable, *timeout);
}

constexpr std::array table{
    service<NtSignalAndWaitForSingleObject>("NtSignalAndWaitForSingleObject",
                                            "SignalHandle WaitHandle Alertable Timeout"),
    service<NtWaitForMultipleObjects>("NtWaitForMultipleObjects",
                                      "Count Handles WaitType Alertable Timeout"),
    service<NtWaitForSingleObject>("NtWaitForSingleObject", "Handle Alertable Timeout"),
};

}  // namespace

std::optional<kernelkit::GuestTime> due_time(const Kernel& kernel, std::int64_t timeout) {
    if (timeout == std::numeric_limits<std::int64_t>::min()) {
        return std::nullopt;  // Sleep(INFINITE)
    }
    if (timeout < 0) {
        return kernel.interrupt_time + static_cast<std::uint64_t>(-timeout);
    }
    const std::int64_t left = timeout - kernel.system_time().ticks;
    return kernel.interrupt_time + static_cast<std::uint64_t>(std::max<std::int64_t>(left, 0));
}

ServiceOutcome end_of_delay(ServiceContext&, const kernelkit::Resume&,
                            const kernelkit::WaitResult& result) {
    return status_of_interruption(result.reason).value_or(STATUS_SUCCESS);
}

ServiceOutcome end_of_wait(ServiceContext&, const kernelkit::Resume&,
                           const kernelkit::WaitResult& result) {
    if (result.reason == kernelkit::WakeReason::timed_out) {
        return STATUS_TIMEOUT;
    }
    if (const auto interruption = status_of_interruption(result.reason)) {
        return *interruption;
    }
    const bool abandoned = result.kind == kernelkit::SignalKind::abandoned;
    // STATUS_WAIT_0 or STATUS_ABANDONED_WAIT_0, and which.
    return NTSTATUS{(abandoned ? STATUS_ABANDONED_WAIT_0.value : 0) + result.index};
}

std::span<const ServiceRow> wait_services() {
    return table;
}

}  // namespace ringside::nt
