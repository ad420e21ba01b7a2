// SPDX-License-Identifier: MIT
// Threads: how they begin and end.
#include <array>

#include "nt/exceptions/exceptions.hpp"
#include "nt/objects/kernel_objects.hpp"
#include "nt/scheduling/thread_creation.hpp"
#include "nt/service_context.hpp"
#include "nt/services/process.hpp"

namespace ringside::nt {
namespace {

constexpr std::uint32_t PROCESS_CREATE_THREAD = 0x0002;
constexpr std::uint32_t THREAD_TERMINATE = 0x0001;

UserStackBounds bounds_of(const INITIAL_TEB& teb) {
    if (teb.PreviousStackBase == 0 && teb.PreviousStackLimit == 0) {
        return {.base = {teb.StackBase},
                .limit = {teb.StackLimit},
                .deallocation = {teb.AllocatedStackBase}};
    }
    return {.base = {teb.PreviousStackBase}, .limit = {teb.PreviousStackLimit}, .deallocation = {}};
}

ServiceOutcome NtCreateThread(ServiceContext& context, UserPointer<HANDLE> handle,
                              ACCESS_MASK access, UserPointer<OBJECT_ATTRIBUTES>,
                              HANDLE process_handle, UserPointer<CLIENT_ID> client_id,
                              UserPointer<CONTEXT> context_from,
                              UserPointer<INITIAL_TEB> initial_teb_from, BOOLEAN create_suspended) {
    // Whoever cannot be told of a thread shall not get one.
    NTSTATUS probed = context.probe_for_write(handle.address, sizeof(HANDLE));
    if (nt_success(probed) && client_id) {
        probed = context.probe_for_write(client_id.address, sizeof(CLIENT_ID));
    }
    if (!nt_success(probed)) {
        return probed;
    }
    if (!context_from) {
        return STATUS_INVALID_PARAMETER;
    }
    const auto start = context.read(context_from);
    if (!start) {
        return start.error();
    }
    const auto initial_teb = context.read(initial_teb_from);
    if (!initial_teb) {
        return initial_teb.error();
    }
    const auto process = context.reference<ProcessObject>(process_handle, PROCESS_CREATE_THREAD);
    if (!process) {
        return process.error();
    }
    Kernel& kernel = context.kernel;
    const auto created = PspCreateThread(kernel, *start, bounds_of(*initial_teb));
    if (!created) {
        return created.error();
    }
    ThreadObject& thread = **created;
    const NTSTATUS returned =
        context.return_handle(handle, *created, thread_mapping.map(access.value));
    if (!nt_success(returned)) {
        PspTerminateThread(kernel, thread, returned);
        return returned;
    }
    if (client_id) {
        static_cast<void>(context.write(client_id, {kernel.process->id, thread.id}));
    }
    if (create_suspended) {
        static_cast<void>(KeSuspendThread(kernel, thread));
    }
    kernel.dispatcher.make_ready(thread);
    return STATUS_SUCCESS;
}

NTSTATUS NtOpenThread(ServiceContext& context, UserPointer<HANDLE> handle, ACCESS_MASK access,
                      UserPointer<OBJECT_ATTRIBUTES> attributes_from,
                      UserPointer<CLIENT_ID> id_from) {
    const auto attributes = context.read(attributes_from);
    if (!attributes) {
        return attributes.error();
    }
    // By its name or by its id, and threads have no names.
    if (!id_from) {
        return STATUS_INVALID_PARAMETER_MIX;
    }
    const auto id = context.read(id_from);
    if (!id) {
        return id.error();
    }
    if (attributes->ObjectName != 0) {
        return STATUS_INVALID_PARAMETER_MIX;
    }
    Kernel& kernel = context.kernel;
    const auto thread = kernel.dispatcher.thread_of(id->UniqueThread);
    if (!thread || (id->UniqueProcess != 0 && id->UniqueProcess != kernel.process->id)) {
        return STATUS_INVALID_CID;
    }
    return context.return_handle(handle, thread, thread_mapping.map(access.value));
}

ServiceOutcome NtTerminateThread(ServiceContext& context, HANDLE handle, NTSTATUS status) {
    Kernel& kernel = context.kernel;
    if (handle.value == 0 && kernel.dispatcher.threads().size() == 1) {
        return STATUS_CANT_TERMINATE_SELF;
    }
    const HANDLE of{handle.value == 0 ? current_thread_handle : handle.value};
    const auto thread = context.reference<ThreadObject>(of, THREAD_TERMINATE);
    if (!thread) {
        return thread.error();
    }
    if ((*thread)->state == kernelkit::ThreadState::terminated) {
        return STATUS_SUCCESS;
    }
    if (*thread == kernel.thread) {
        return end_current_thread(kernel, status);
    }
    PspTerminateThread(kernel, **thread, status);
    return STATUS_SUCCESS;
}

constexpr std::array table{
    service<NtCreateThread>("NtCreateThread",
                            "ThreadHandle DesiredAccess ObjectAttributes ProcessHandle ClientId "
                            "ThreadContext InitialTeb CreateSuspended"),
    service<NtOpenThread>("NtOpenThread", "ThreadHandle DesiredAccess ObjectAttributes ClientId"),
    service<NtTerminateThread>("NtTerminateThread", "ThreadHandle ExitStatus"),
};

}  // namespace

std::span<const ServiceRow> thread_services() {
    return table;
}

}  // namespace ringside::nt
