// SPDX-License-Identifier: MIT
#include "nt/services/time.hpp"

#include <array>

#include "nt/exceptions/frame_edit.hpp"
#include "nt/ktrap_frame.hpp"
#include "nt/service_context.hpp"
#include "nt/services/wait.hpp"

namespace ringside::nt {
namespace {

constexpr LinearAddress shared_data{0xFFDF0000};

/// KSYSTEM_TIME. High2 first and High1 last: a reader repeats until the two are equal, and so
/// never sees halves of two times.
void write_system_time(Kernel& kernel, std::string_view field, std::uint64_t value) {
    KernelMemory& memory = kernel.structures;
    const LinearAddress at = memory.place(shared_data, "KUSER_SHARED_DATA", field);
    const auto high = static_cast<std::uint32_t>(value >> 32);
    memory.set(at, "KSYSTEM_TIME", "High2Time", high);
    memory.set(at, "KSYSTEM_TIME", "LowPart", static_cast<std::uint32_t>(value));
    memory.set(at, "KSYSTEM_TIME", "High1Time", high);
}

void charge(KernelMemory& memory, LinearAddress object, std::string_view structure,
            std::string_view field) {
    memory.set(object, structure, field, memory.get(object, structure, field) + 1);
}

/// KeUpdateRunTime: the tick belongs to whom it interrupted.
void update_run_time(Kernel& kernel, LinearAddress at) {
    const auto frame = trap_frame_at(kernel.structures, at);
    const std::string_view field = frame.is_user() ? "UserTime" : "KernelTime";
    KernelMemory& memory = kernel.structures;
    charge(memory, memory.place(kernel.boot_state.pcr, "KPCR", "PrcbData"), "KPRCB", field);
    // An idle processor's time belongs to no process.
    if (!kernel.dispatcher.is_idle()) {
        charge(memory, kernel.thread->kthread, "KTHREAD", field);
        charge(memory, kernel.process->kprocess, "KPROCESS", field);
    }
}

NTSTATUS NtQuerySystemTime(ServiceContext& context, UserPointer<LARGE_INTEGER> to) {
    return context.write(to, {context.kernel.system_time().ticks});
}

NTSTATUS NtQueryPerformanceCounter(ServiceContext& context, UserPointer<LARGE_INTEGER> counter,
                                   UserPointer<LARGE_INTEGER> frequency) {
    Kernel& kernel = context.kernel;
    const NTSTATUS written =
        context.write(counter, {static_cast<std::int64_t>(kernel.performance_counter())});
    if (!nt_success(written) || !frequency) {
        return written;
    }
    return context.write(frequency, {kernel.profile.performance_frequency});
}

NTSTATUS NtQueryTimerResolution(ServiceContext& context, UserPointer<ULONG> coarsest,
                                UserPointer<ULONG> finest, UserPointer<ULONG> current) {
    for (const auto to : {coarsest, finest, current}) {
        const NTSTATUS written = context.write(to, context.kernel.profile.time_increment);
        if (!nt_success(written)) {
            return written;
        }
    }
    return STATUS_SUCCESS;
}

ServiceOutcome NtDelayExecution(ServiceContext& context, BOOLEAN alertable,
                                UserPointer<LARGE_INTEGER> interval) {
    const auto time = context.read(interval);
    if (!time) {
        return time.error();
    }
    Dispatcher& dispatcher = context.kernel.dispatcher;
    if (time->QuadPart == 0 && !static_cast<bool>(alertable)) {
        return dispatcher.yield() ? STATUS_SUCCESS : STATUS_NO_YIELD_PERFORMED;
    }
    return dispatcher.wait({.objects = {},
                            .type = kernelkit::WaitType::any,
                            .alertable = static_cast<bool>(alertable),
                            .user_mode = context.mode == guest::ProcessorMode::user,
                            .due = due_time(context.kernel, time->QuadPart)},
                           resume_with(ResumeNumber::end_of_delay));
}

NTSTATUS NtYieldExecution(ServiceContext& context) {
    return context.kernel.dispatcher.yield() ? STATUS_SUCCESS : STATUS_NO_YIELD_PERFORMED;
}

constexpr std::array table{
    service<NtDelayExecution>("NtDelayExecution", "Alertable DelayInterval"),
    service<NtQueryPerformanceCounter>("NtQueryPerformanceCounter",
                                       "PerformanceCounter PerformanceFrequency"),
    service<NtQuerySystemTime>("NtQuerySystemTime", "SystemTime"),
    service<NtQueryTimerResolution>("NtQueryTimerResolution",
                                    "MaximumTime MinimumTime CurrentTime"),
    service<NtYieldExecution>("NtYieldExecution"),
};

}  // namespace

void KeUpdateSystemTime(Kernel& kernel, LinearAddress frame, std::uint32_t increment) {
    kernel.interrupt_time += increment;
    ++kernel.tick_count;
    write_system_time(kernel, "InterruptTime", kernel.interrupt_time);
    write_system_time(kernel, "SystemTime", static_cast<std::uint64_t>(kernel.system_time().ticks));
    kernel.structures.set(shared_data, "KUSER_SHARED_DATA", "TickCountLow",
                          static_cast<std::uint32_t>(kernel.tick_count));
    if (kernel.profile.layout.find("KUSER_SHARED_DATA", "TickCount") != nullptr) {
        write_system_time(kernel, "TickCount", kernel.tick_count);
    }
    update_run_time(kernel, frame);
    kernel.dispatcher.tick();
}

std::span<const ServiceRow> time_services() {
    return table;
}

}  // namespace ringside::nt
