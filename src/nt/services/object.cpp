// SPDX-License-Identifier: MIT
#include <array>

#include "nt/service_context.hpp"

namespace ringside::nt {
namespace {

constexpr std::uint32_t DUPLICATE_CLOSE_SOURCE = 1;
constexpr std::uint32_t DUPLICATE_SAME_ACCESS = 2;

NTSTATUS NtClose(ServiceContext& context, HANDLE handle) {
    return context.kernel.handles.remove(handle.value) ? STATUS_SUCCESS : STATUS_INVALID_HANDLE;
}

/// Between handles of the one process.
NTSTATUS NtDuplicateObject(ServiceContext& context, HANDLE source_process, HANDLE source,
                           HANDLE target_process, UserPointer<HANDLE> target, ACCESS_MASK access,
                           Flags, Flags options) {
    const auto from = context.reference<ProcessObject>(source_process, 0);
    if (!from) {
        return from.error();
    }
    const auto object = context.reference_any(source, 0);
    if (!object) {
        return object.error();
    }
    const auto* const entry = context.kernel.handles.find(source.value);
    const std::uint32_t held = entry != nullptr                           ? entry->rights
                               : (*object)->type() == ObjectType::process ? PROCESS_ALL_ACCESS
                                                                          : THREAD_ALL_ACCESS;
    // Specific rights beyond those held would have to be granted by the object's security.
    const bool same = (options.value & DUPLICATE_SAME_ACCESS) != 0;
    if (!same && (access.value & 0x0FFFFFFF & ~held) != 0) {
        return STATUS_ACCESS_DENIED;
    }
    NTSTATUS status = STATUS_SUCCESS;
    if (target) {
        const auto to = context.reference<ProcessObject>(target_process, 0);
        status =
            to ? context.return_handle(target, *object, same ? held : access.value) : to.error();
    }
    if ((options.value & DUPLICATE_CLOSE_SOURCE) != 0) {
        context.kernel.handles.remove(source.value);
    }
    return status;
}

constexpr std::array table{
    service<NtClose>("NtClose", "Handle"),
    service<NtDuplicateObject>("NtDuplicateObject",
                               "SourceProcessHandle SourceHandle TargetProcessHandle TargetHandle "
                               "DesiredAccess HandleAttributes Options"),
};

}  // namespace

std::span<const ServiceRow> object_services() {
    return table;
}

}  // namespace ringside::nt
