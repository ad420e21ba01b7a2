// SPDX-License-Identifier: MIT
#include <array>

#include "nt/objects/kernel_objects.hpp"
#include "nt/service_context.hpp"
#include "nt/services/time.hpp"

namespace ringside::nt {
namespace {

constexpr std::uint32_t PROCESS_TERMINATE = 0x0001;
constexpr std::uint32_t PROCESS_QUERY_INFORMATION = 0x0400;
constexpr std::uint32_t THREAD_TERMINATE = 0x0001;
constexpr std::uint32_t THREAD_SET_INFORMATION = 0x0020;
constexpr std::uint32_t THREAD_QUERY_INFORMATION = 0x0040;

/// The process ends: with the loader's reason, if that is why.
void end_process(Kernel& kernel, NTSTATUS status) {
    kernel.memory.keep_changes();
    const auto& error = kernel.hard_error;
    if (error && error->status == status) {
        kernel.stop({guest::StopKind::not_executable, status.value, error->message, {}});
    } else {
        kernel.stop({guest::StopKind::guest_exit, status.value, {}, {}});
    }
}

NTSTATUS NtTerminateProcess(ServiceContext& context, HANDLE handle, NTSTATUS status) {
    if (handle.value == 0) {
        return STATUS_SUCCESS;  // All other threads: there are none.
    }
    const auto process = context.reference<ProcessObject>(handle, PROCESS_TERMINATE);
    if (!process) {
        return process.error();
    }
    end_process(context.kernel, status);
    return STATUS_SUCCESS;
}

NTSTATUS NtTerminateThread(ServiceContext& context, HANDLE handle, NTSTATUS status) {
    if (handle.value == 0) {
        return STATUS_CANT_TERMINATE_SELF;  // The last thread of a process does not end this way.
    }
    const auto thread = context.reference<ThreadObject>(handle, THREAD_TERMINATE);
    if (!thread) {
        return thread.error();
    }
    end_process(context.kernel, status);
    return STATUS_SUCCESS;
}

KERNEL_USER_TIMES times_of(Kernel& kernel, LinearAddress object, std::string_view structure) {
    const auto ticks = [&](std::string_view field) {
        return static_cast<std::int64_t>(kernel.structures.get(object, structure, field)) *
               kernel.profile.time_increment;
    };
    return {.CreateTime = kernel.host.boot_date.ticks,
            .ExitTime = 0,
            .KernelTime = ticks("KernelTime"),
            .UserTime = ticks("UserTime")};
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
            return context.answer(
                buffer, length, times_of(kernel, (*process)->kprocess, "KPROCESS"), return_length);
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

NTSTATUS NtQueryInformationThread(ServiceContext& context, HANDLE handle,
                                  InformationClass information_class, UserPointer<std::byte> buffer,
                                  Length length, UserPointer<ULONG> return_length) {
    enum ThreadInformationClass : std::uint32_t {
        ThreadBasicInformation = 0,
        ThreadTimes = 1,
        ThreadQuerySetWin32StartAddress = 9,
        ThreadAmILastThread = 12,
    };
    const auto object = context.reference<ThreadObject>(handle, THREAD_QUERY_INFORMATION);
    if (!object) {
        return object.error();
    }
    Kernel& kernel = context.kernel;
    const ThreadObject& thread = **object;
    const auto priority = [&](std::string_view field) {
        return static_cast<std::int32_t>(kernel.structures.get(thread.kthread, "KTHREAD", field));
    };
    switch (information_class.value) {
        case ThreadBasicInformation:
            return context.answer(
                buffer, length,
                THREAD_BASIC_INFORMATION{.ExitStatus = STATUS_PENDING.value,
                                         .TebBaseAddress = thread.teb.value,
                                         .ClientId = {kernel.process->id, thread.id},
                                         .AffinityMask = 1,
                                         .Priority = priority("Priority"),
                                         .BasePriority = priority("BasePriority")},
                return_length);
        case ThreadTimes:
            return context.answer(buffer, length, times_of(kernel, thread.kthread, "KTHREAD"),
                                  return_length);
        case ThreadQuerySetWin32StartAddress:
            return context.answer(buffer, length, thread.start_address.value, return_length);
        case ThreadAmILastThread: return context.answer(buffer, length, ULONG{1}, return_length);
        default: return STATUS_INVALID_INFO_CLASS;
    }
}

NTSTATUS NtSetInformationThread(ServiceContext& context, HANDLE handle,
                                InformationClass information_class, UserPointer<std::byte> buffer,
                                Length length) {
    constexpr std::uint32_t ThreadQuerySetWin32StartAddress = 9;
    const auto thread = context.reference<ThreadObject>(handle, THREAD_SET_INFORMATION);
    if (!thread) {
        return thread.error();
    }
    if (information_class.value != ThreadQuerySetWin32StartAddress) {
        return STATUS_INVALID_INFO_CLASS;
    }
    if (length.value != sizeof(ULONG)) {
        return STATUS_INFO_LENGTH_MISMATCH;
    }
    const auto address = context.read(UserPointer<ULONG>{buffer.address});
    if (!address) {
        return address.error();
    }
    (*thread)->start_address = {*address};
    return STATUS_SUCCESS;
}

constexpr std::array table{
    service<NtQueryInformationProcess>("NtQueryInformationProcess",
                                       "ProcessHandle ProcessInformationClass "
                                       "ProcessInformation Length ReturnLength"),
    service<NtQueryInformationThread>("NtQueryInformationThread",
                                      "ThreadHandle ThreadInformationClass ThreadInformation "
                                      "Length ReturnLength"),
    service<NtSetInformationThread>("NtSetInformationThread",
                                    "ThreadHandle ThreadInformationClass ThreadInformation Length"),
    service<NtTerminateProcess>("NtTerminateProcess", "ProcessHandle ExitStatus"),
    service<NtTerminateThread>("NtTerminateThread", "ThreadHandle ExitStatus"),
};

}  // namespace

std::span<const ServiceRow> process_services() {
    return table;
}

}  // namespace ringside::nt
