// SPDX-License-Identifier: MIT
#include "nt/service_context.hpp"

namespace ringside::nt {
namespace {

NTSTATUS status_of(const Expected<void, guest::AccessFailure>& done) {
    return done ? STATUS_SUCCESS : NTSTATUS{done.error().status};
}

}  // namespace

NTSTATUS ServiceContext::read_bytes(LinearAddress from, std::span<std::byte> to) {
    return status_of(kernel.user_memory.read(from, to, mode));
}

NTSTATUS ServiceContext::write_bytes(LinearAddress to, std::span<const std::byte> from) {
    return status_of(kernel.user_memory.write(to, from, mode));
}

NTSTATUS ServiceContext::probe_for_write(LinearAddress start, std::uint32_t length) {
    return status_of(kernel.user_memory.probe(start, length, mmu::Access::write, mode));
}

Expected<std::u16string, NTSTATUS> ServiceContext::read_string(UserPointer<UNICODE_STRING> from) {
    const auto string = read(from);
    if (!string) {
        return Unexpected{string.error()};
    }
    if (string->Length % 2 != 0) {
        return Unexpected{STATUS_OBJECT_NAME_INVALID};
    }
    std::u16string text(string->Length / 2, u'\0');
    const NTSTATUS captured =
        read_bytes(LinearAddress{string->Buffer}, std::as_writable_bytes(std::span(text)));
    if (!nt_success(captured)) {
        return Unexpected{captured};
    }
    return text;
}

Expected<std::shared_ptr<Object>, NTSTATUS> ServiceContext::reference_any(HANDLE handle,
                                                                          std::uint32_t access) {
    if (handle.value == current_process_handle) {
        return std::shared_ptr<Object>(kernel.process);
    }
    if (handle.value == current_thread_handle) {
        return std::shared_ptr<Object>(kernel.thread);
    }
    const auto* const entry = kernel.handles.find(handle.value);
    if (entry == nullptr) {
        return Unexpected{STATUS_INVALID_HANDLE};
    }
    // Kernel-mode callers may do what they like with their handles.
    if (mode == guest::ProcessorMode::user && (access & ~entry->rights) != 0) {
        return Unexpected{STATUS_ACCESS_DENIED};
    }
    return entry->object;
}

NTSTATUS ServiceContext::return_handle(UserPointer<HANDLE> to, std::shared_ptr<Object> object,
                                       std::uint32_t access) {
    const auto handle = kernel.handles.insert(std::move(object), access);
    if (!handle) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    const NTSTATUS written = write(to, HANDLE{*handle});
    if (!nt_success(written)) {
        kernel.handles.remove(*handle);
    }
    return written;
}

NTSTATUS status_of(host::HostError error) {
    using host::HostError;
    switch (error) {
        case HostError::not_found: return STATUS_OBJECT_NAME_NOT_FOUND;
        case HostError::path_not_found: return STATUS_OBJECT_PATH_NOT_FOUND;
        case HostError::invalid_name: return STATUS_OBJECT_NAME_INVALID;
        case HostError::access_denied: return STATUS_ACCESS_DENIED;
        case HostError::read_only: return STATUS_MEDIA_WRITE_PROTECTED;
        case HostError::not_a_directory: return STATUS_NOT_A_DIRECTORY;
        case HostError::is_a_directory: return STATUS_FILE_IS_A_DIRECTORY;
        case HostError::exists: return STATUS_OBJECT_NAME_COLLISION;
        case HostError::not_empty: return STATUS_DIRECTORY_NOT_EMPTY;
        case HostError::disk_full: return STATUS_DISK_FULL;
        case HostError::too_many_open: return STATUS_TOO_MANY_OPENED_FILES;
        case HostError::interrupted: return STATUS_CANCELLED;
        case HostError::broken_pipe: return STATUS_PIPE_BROKEN;
        case HostError::device_error: return STATUS_IO_DEVICE_ERROR;
    }
    return STATUS_UNSUCCESSFUL;
}

}  // namespace ringside::nt
