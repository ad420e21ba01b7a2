// SPDX-License-Identifier: MIT
#include "nt/services/process.hpp"

#include <array>

#include "nt/objects/kernel_objects.hpp"
#include "nt/scheduling/thread_creation.hpp"
#include "nt/service_context.hpp"

namespace ringside::nt {
namespace {

constexpr std::uint32_t PROCESS_TERMINATE = 0x0001;
constexpr std::uint32_t PROCESS_QUERY_INFORMATION = 0x0400;

/// NtTerminateProcess(NULL): the caller is the last thread left.
void end_other_threads(Kernel& kernel, NTSTATUS status) {
    const auto threads = kernel.dispatcher.threads();
    for (const auto& thread : threads) {
        if (thread != kernel.thread) {
            PspTerminateThread(kernel, *thread, status);
        }
    }
}

NTSTATUS NtTerminateProcess(ServiceContext& context, HANDLE handle, NTSTATUS status) {
    if (handle.value == 0) {
        end_other_threads(context.kernel, status);
        return STATUS_SUCCESS;
    }
    const auto process = context.reference<ProcessObject>(handle, PROCESS_TERMINATE);
    if (!process) {
        return process.error();
    }
    end_process(context.kernel, status);
    return STATUS_SUCCESS;
}

NTSTATUS NtQueryInformationProcess(ServiceContext& context, HANDLE handle,
                                   InformationClass information_class,
                                   UserPointer<std::byte> buffer, Length length,
                                   UserPointer<ULONG> return_length) {
    enum ProcessInformationClass : std::uint32_t {
        ProcessBasicInformation = 0,
        ProcessTimes = 4,
        ProcessDebugPort = 7,
        ProcessHandleCount = 20,
        ProcessSessionInformation = 24,
        ProcessWow64Information = 26,
    };
    const auto process = context.reference<ProcessObject>(handle, PROCESS_QUERY_INFORMATION);
    if (!process) {
        return process.error();
    }
    Kernel& kernel = context.kernel;
    switch (information_class.value) {
        case ProcessBasicInformation:
            return context.answer(
                buffer, length,
                PROCESS_BASIC_INFORMATION{
                    .ExitStatus = (*process)->exit_status.value,
                    .PebBaseAddress = (*process)->peb.value,
                    .AffinityMask = 1,
                    .BasePriority = static_cast<std::int32_t>(
                        kernel.structures.get((*process)->kprocess, "KPROCESS", "BasePriority")),
                    .UniqueProcessId = (*process)->id,
                    .InheritedFromUniqueProcessId = 0},
                return_length);
        case ProcessTimes:
            return context.answer(buffer, length,
                                  times_of(kernel, (*process)->kprocess, "KPROCESS",
                                           {.created = kernel.host.boot_date.ticks, .exited = 0}),
                                  return_length);
        case ProcessHandleCount:
            return context.answer(buffer, length, static_cast<ULONG>(kernel.handles.count()),
                                  return_length);
        case ProcessDebugPort:           // No debugger,
        case ProcessSessionInformation:  // session 0,
        case ProcessWow64Information:    // and no 64-bit kernel below.
            return context.answer(buffer, length, ULONG{0}, return_length);
        default: return STATUS_INVALID_INFO_CLASS;
    }
}

constexpr std::array table{
    service<NtQueryInformationProcess>("NtQueryInformationProcess",
                                       "ProcessHandle ProcessInformationClass "
                                       "ProcessInformation Length ReturnLength"),
    service<NtTerminateProcess>("NtTerminateProcess", "ProcessHandle ExitStatus"),
};

}  // namespace

void end_process(Kernel& kernel, NTSTATUS status) {
    kernel.memory.keep_changes();
    const auto& error = kernel.hard_error;
    if (error && error->status == status) {
        kernel.stop({guest::StopKind::not_executable, status.value, error->message, {}});
    } else {
        kernel.stop({guest::StopKind::guest_exit, status.value, {}, {}});
    }
}

ServiceOutcome end_current_thread(Kernel& kernel, NTSTATUS status) {
    if (kernel.dispatcher.threads().size() == 1) {
        end_process(kernel, status);
        return STATUS_SUCCESS;
    }
    PspTerminateThread(kernel, *kernel.thread, status);
    return ServiceOutcome::blocked();
}

KERNEL_USER_TIMES times_of(Kernel& kernel, LinearAddress object, std::string_view structure,
                           Lifetime lifetime) {
    const auto ticks = [&](std::string_view field) {
        return static_cast<std::int64_t>(kernel.structures.get(object, structure, field)) *
               kernel.profile.time_increment;
    };
    return {.CreateTime = lifetime.created,
            .ExitTime = lifetime.exited,
            .KernelTime = ticks("KernelTime"),
            .UserTime = ticks("UserTime")};
}

std::span<const ServiceRow> process_services() {
    return table;
}

}  // namespace ringside::nt
