// SPDX-License-Identifier: MIT
// Opening, reading and writing files, the console and the null device.
#include <algorithm>
#include <array>

#include "nt/services/io_completion.hpp"
#include "nt/services/object_name.hpp"

namespace ringside::nt {
namespace {

constexpr std::uint32_t FILE_DIRECTORY_FILE = 0x00000001;
constexpr std::uint32_t FILE_SYNCHRONOUS_IO_ALERT = 0x00000010;
constexpr std::uint32_t FILE_SYNCHRONOUS_IO_NONALERT = 0x00000020;
constexpr std::uint32_t FILE_NON_DIRECTORY_FILE = 0x00000040;
constexpr std::uint32_t FILE_DELETE_ON_CLOSE = 0x00001000;
constexpr std::uint32_t FILE_OPEN_BY_FILE_ID = 0x00002000;
constexpr std::uint32_t synchronous_options =
    FILE_SYNCHRONOUS_IO_ALERT | FILE_SYNCHRONOUS_IO_NONALERT;

constexpr std::uint32_t FILE_OPEN = 1;
constexpr std::uint32_t FILE_MAXIMUM_DISPOSITION = 5;

/// By CreateDisposition: FILE_SUPERSEDE, FILE_OPEN, FILE_CREATE, FILE_OPEN_IF, FILE_OVERWRITE,
/// FILE_OVERWRITE_IF.
constexpr std::array dispositions{
    host::Disposition::supersede, host::Disposition::open,
    host::Disposition::create,    host::Disposition::open_or_create,
    host::Disposition::overwrite, host::Disposition::overwrite_or_create};

/// IO_STATUS_BLOCK.Information of an open: FILE_SUPERSEDED, FILE_OPENED, ...
std::uint32_t information_of(host::Opened action) {
    switch (action) {
        case host::Opened::superseded: return 0;
        case host::Opened::opened: return 1;
        case host::Opened::created: return 2;
        case host::Opened::overwritten: return 3;
    }
    return 1;
}

struct OpenParameters {
    std::uint32_t access;
    std::uint32_t share;
    std::uint32_t disposition;
    std::uint32_t options;
};

NTSTATUS check(const OpenParameters& open) {
    const std::uint32_t both = FILE_DIRECTORY_FILE | FILE_NON_DIRECTORY_FILE;
    const bool synchronous = (open.options & synchronous_options) != 0;
    if (open.disposition > FILE_MAXIMUM_DISPOSITION || (open.share & ~7U) != 0 ||
        (open.options & both) == both ||
        (open.options & synchronous_options) == synchronous_options ||
        (synchronous && (open.access & (SYNCHRONIZE | GENERIC_ALL | MAXIMUM_ALLOWED)) == 0) ||
        ((open.options & FILE_DELETE_ON_CLOSE) != 0 &&
         (file_mapping.map(open.access) & DELETE) == 0)) {
        return STATUS_INVALID_PARAMETER;
    }
    return (open.options & FILE_OPEN_BY_FILE_ID) != 0 ? STATUS_NOT_IMPLEMENTED : STATUS_SUCCESS;
}

struct OpenResult {
    std::shared_ptr<FileObject> file;
    std::uint32_t access{};
    std::uint32_t information{};
};

OpenResult open_device(const FileName& name, const OpenParameters& open) {
    const std::uint32_t access = file_mapping.map(open.access);
    const bool output =
        name.console_output && (!name.console_input || (access & FILE_WRITE_DATA) != 0);
    const auto stream = output ? host::Stream::output : host::Stream::input;
    return {.file = std::make_shared<FileObject>(name.device, stream),
            .access = access,
            .information = information_of(host::Opened::opened)};
}

Expected<OpenResult, NTSTATUS> open_disk(Kernel& kernel, const FileName& name,
                                         const OpenParameters& open) {
    const auto path = host::parse_path(name.path);
    if (!path) {
        return Unexpected{status_of(path.error())};
    }
    const auto kind = (open.options & FILE_DIRECTORY_FILE) != 0       ? host::Kind::directory
                      : (open.options & FILE_NON_DIRECTORY_FILE) != 0 ? host::Kind::file
                                                                      : host::Kind::any;
    std::uint32_t access = file_mapping.map(open.access);
    const auto disposition = dispositions[open.disposition];
    // What is about to be emptied may be in use: asked before anything happens to it.
    if (open.disposition != FILE_OPEN) {
        const auto existing = kernel.host.mounts.open(*path, {.kind = host::Kind::any});
        const auto facts =
            existing ? existing->file->facts() : Unexpected{host::HostError::not_found};
        if (facts && !kernel.shares.permits(facts->identity, {access, open.share})) {
            return Unexpected{STATUS_SHARING_VIOLATION};
        }
    }
    const auto request = [&](std::uint32_t rights) {
        return host::OpenRequest{.disposition = disposition,
                                 .kind = kind,
                                 .write = (rights & (FILE_WRITE_DATA | FILE_APPEND_DATA)) != 0,
                                 .now = kernel.system_time()};
    };
    auto opened = kernel.host.mounts.open(*path, request(access));
    if (!opened && opened.error() == host::HostError::read_only &&
        (open.access & MAXIMUM_ALLOWED) != 0) {
        access = file_mapping.read | file_mapping.execute;
        opened = kernel.host.mounts.open(*path, request(access));
    }
    if (!opened) {
        return Unexpected{status_of(opened.error())};
    }
    const auto facts = opened->file->facts();
    if (!facts) {
        return Unexpected{status_of(facts.error())};
    }
    const ShareAccess::Use use{access, open.share};
    if (!kernel.shares.permits(facts->identity, use)) {
        return Unexpected{STATUS_SHARING_VIOLATION};
    }
    if ((open.options & FILE_DELETE_ON_CLOSE) != 0) {
        if (const auto allowed = opened->file->may_remove(); !allowed) {
            return Unexpected{status_of(allowed.error())};
        }
    }
    auto object =
        std::make_shared<FileObject>(std::shared_ptr<host::File>(std::move(opened->file)),
                                     host::to_text(*path), kernel.shares, facts->identity, use);
    object->synchronous = (open.options & synchronous_options) != 0;
    object->append_only = (access & FILE_APPEND_DATA) != 0 && (access & FILE_WRITE_DATA) == 0;
    object->delete_on_close = (open.options & FILE_DELETE_ON_CLOSE) != 0;
    return OpenResult{std::move(object), access, information_of(opened->action)};
}

NTSTATUS create_file(ServiceContext& context, UserPointer<HANDLE> handle, OpenParameters open,
                     UserPointer<OBJECT_ATTRIBUTES> attributes,
                     UserPointer<IO_STATUS_BLOCK> io_status) {
    for (const NTSTATUS status :
         {check(open), context.probe_for_write(handle.address, sizeof(HANDLE)),
          context.probe_for_write(io_status.address, sizeof(IO_STATUS_BLOCK))}) {
        if (!nt_success(status)) {
            return status;
        }
    }
    const auto name = capture_file_name(context, attributes);
    if (!name) {
        return name.error();
    }
    auto result = name->device == Device::disk
                      ? open_disk(context.kernel, *name, open)
                      : Expected<OpenResult, NTSTATUS>(open_device(*name, open));
    if (!result) {
        return result.error();
    }
    const NTSTATUS returned = context.return_handle(handle, result->file, result->access);
    if (!nt_success(returned)) {
        return returned;
    }
    return context.write(io_status,
                         {.Status = STATUS_SUCCESS.value, .Information = result->information});
}

NTSTATUS NtCreateFile(ServiceContext& context, UserPointer<HANDLE> handle, ACCESS_MASK access,
                      UserPointer<OBJECT_ATTRIBUTES> attributes,
                      UserPointer<IO_STATUS_BLOCK> io_status, UserPointer<LARGE_INTEGER>, Flags,
                      Flags share, ULONG disposition, Flags options,
                      UserPointer<std::byte> ea_buffer, Length ea_length) {
    if (ea_buffer || ea_length.value != 0) {
        return STATUS_NOT_IMPLEMENTED;  // Extended attributes; no mount keeps any.
    }
    return create_file(context, handle, {access.value, share.value, disposition, options.value},
                       attributes, io_status);
}

NTSTATUS NtOpenFile(ServiceContext& context, UserPointer<HANDLE> handle, ACCESS_MASK access,
                    UserPointer<OBJECT_ATTRIBUTES> attributes,
                    UserPointer<IO_STATUS_BLOCK> io_status, Flags share, Flags options) {
    return create_file(context, handle, {access.value, share.value, FILE_OPEN, options.value},
                       attributes, io_status);
}

struct Transfer {
    NTSTATUS status;
    std::uint32_t bytes{};
};

/// The user asked the run to end while the host waited for a stream.
Transfer stream_failed(Kernel& kernel, host::HostError error) {
    if (error == host::HostError::interrupted) {
        kernel.stop({guest::StopKind::interrupted, 0, "interrupted while waiting for input", {}});
    }
    return {status_of(error)};
}

Transfer read_console(ServiceContext& context, LinearAddress to, std::uint32_t length) {
    std::vector<std::byte> bytes(std::min(length, largest_chunk));
    const auto got = context.kernel.host.console.read(bytes);
    if (!got) {
        return stream_failed(context.kernel, got.error());
    }
    if (*got == 0 && length != 0) {
        return {STATUS_END_OF_FILE};
    }
    const NTSTATUS written = context.write_bytes(to, std::span(bytes).first(*got));
    return {written, static_cast<std::uint32_t>(*got)};
}

Transfer read_disk(ServiceContext& context, const FileObject& file, std::uint64_t offset,
                   LinearAddress to, std::uint32_t length) {
    std::vector<std::byte> bytes(std::min(length, largest_chunk));
    std::uint32_t done = 0;
    while (done < length) {
        const auto piece =
            std::span(bytes).first(std::min<std::size_t>(bytes.size(), length - done));
        const auto got = file.file->read_at(offset + done, piece);
        if (!got) {
            return {status_of(got.error()), done};
        }
        const NTSTATUS written = context.write_bytes(to + done, piece.first(*got));
        if (!nt_success(written)) {
            return {written, done};
        }
        done += static_cast<std::uint32_t>(*got);
        if (*got < piece.size()) {
            break;
        }
    }
    return {done == 0 && length != 0 ? STATUS_END_OF_FILE : STATUS_SUCCESS, done};
}

/// Where a transfer begins: the position of a synchronous file, or the offset given.
Expected<std::int64_t, NTSTATUS> start_of(ServiceContext& context, const FileObject& file,
                                          UserPointer<LARGE_INTEGER> byte_offset) {
    constexpr std::int64_t use_file_pointer = -2;
    if (!byte_offset) {
        return file.synchronous ? Expected<std::int64_t, NTSTATUS>(file.position)
                                : Unexpected{STATUS_INVALID_PARAMETER};
    }
    const auto offset = context.read(byte_offset);
    if (!offset) {
        return Unexpected{offset.error()};
    }
    // FILE_USE_FILE_POINTER_POSITION: low half -2, high half -1.
    if (offset->QuadPart == use_file_pointer && file.synchronous) {
        return file.position;
    }
    return offset->QuadPart;
}

NTSTATUS NtReadFile(ServiceContext& context, HANDLE handle, HANDLE event, ULONG apc_routine,
                    ULONG apc_context, UserPointer<IO_STATUS_BLOCK> io_status,
                    UserPointer<std::byte> buffer, Length length,
                    UserPointer<LARGE_INTEGER> byte_offset, UserPointer<ULONG>) {
    const auto object = context.reference<FileObject>(handle, FILE_READ_DATA);
    if (!object) {
        return object.error();
    }
    FileObject& file = **object;
    auto request = IoRequest::begin(context, {event, apc_routine, apc_context, io_status});
    if (!request) {
        return request.error();
    }
    const NTSTATUS probed = context.probe_for_write(buffer.address, length.value);
    if (!nt_success(probed)) {
        return probed;
    }
    Transfer transfer{STATUS_END_OF_FILE};
    if (file.device == Device::console) {
        transfer = read_console(context, buffer.address, length.value);
    } else if (file.device == Device::disk) {
        const auto facts = file.file->facts();
        if (!facts || facts->directory) {
            return facts ? STATUS_INVALID_DEVICE_REQUEST : status_of(facts.error());
        }
        const auto start = start_of(context, file, byte_offset);
        if (!start || *start < 0) {
            return start ? STATUS_INVALID_PARAMETER : start.error();
        }
        transfer = read_disk(context, file, static_cast<std::uint64_t>(*start), buffer.address,
                             length.value);
        if (nt_success(transfer.status) && file.synchronous) {
            file.position = *start + transfer.bytes;
        }
    }
    return request->complete(context, transfer.status, transfer.bytes);
}

/// Passes the caller's buffer on in pieces.
template <typename Put>
Transfer write_pieces(ServiceContext& context, LinearAddress from, std::uint32_t length,
                      const Put& put) {
    std::vector<std::byte> bytes(std::min(length, largest_chunk));
    std::uint32_t done = 0;
    while (done < length) {
        const auto piece =
            std::span(bytes).first(std::min<std::size_t>(bytes.size(), length - done));
        const NTSTATUS captured = context.read_bytes(from + done, piece);
        if (!nt_success(captured)) {
            return {captured, done};
        }
        if (const auto written = put(done, piece); !written) {
            return {stream_failed(context.kernel, written.error()).status, done};
        }
        done += static_cast<std::uint32_t>(piece.size());
    }
    return {STATUS_SUCCESS, done};
}

Transfer write_disk(ServiceContext& context, FileObject& file, std::int64_t start,
                    LinearAddress from, std::uint32_t length) {
    const auto transfer = write_pieces(
        context, from, length, [&](std::uint32_t done, std::span<const std::byte> piece) {
            return file.file->write_at(static_cast<std::uint64_t>(start) + done, piece);
        });
    if (transfer.bytes != 0) {
        if (const auto dated = file.file->set_written(context.kernel.system_time()); !dated) {
            return {status_of(dated.error()), transfer.bytes};
        }
    }
    if (file.synchronous) {
        file.position = start + transfer.bytes;
    }
    return transfer;
}

NTSTATUS NtWriteFile(ServiceContext& context, HANDLE handle, HANDLE event, ULONG apc_routine,
                     ULONG apc_context, UserPointer<IO_STATUS_BLOCK> io_status,
                     UserPointer<std::byte> buffer, Length length,
                     UserPointer<LARGE_INTEGER> byte_offset, UserPointer<ULONG>) {
    constexpr std::int64_t end_of_file = -1;
    auto object = context.reference<FileObject>(handle, FILE_WRITE_DATA);
    if (!object && object.error() == STATUS_ACCESS_DENIED) {
        object = context.reference<FileObject>(handle, FILE_APPEND_DATA);
    }
    if (!object) {
        return object.error();
    }
    FileObject& file = **object;
    auto request = IoRequest::begin(context, {event, apc_routine, apc_context, io_status});
    if (!request) {
        return request.error();
    }
    Transfer transfer{STATUS_SUCCESS, length.value};
    if (file.device == Device::console) {
        transfer = write_pieces(context, buffer.address, length.value,
                                [&](std::uint32_t, std::span<const std::byte> piece) {
                                    return context.kernel.host.console.write(file.stream, piece);
                                });
    } else if (file.device == Device::disk) {
        const auto facts = file.file->facts();
        if (!facts || facts->directory) {
            return facts ? STATUS_INVALID_DEVICE_REQUEST : status_of(facts.error());
        }
        auto start = start_of(context, file, byte_offset);
        if (!start) {
            return start.error();
        }
        // FILE_WRITE_TO_END_OF_FILE, and files opened to be appended to.
        const std::int64_t at = file.append_only || *start == end_of_file
                                    ? static_cast<std::int64_t>(facts->size)
                                    : *start;
        if (at < 0) {
            return STATUS_INVALID_PARAMETER;
        }
        transfer = write_disk(context, file, at, buffer.address, length.value);
    }
    return request->complete(context, transfer.status, transfer.bytes);
}

NTSTATUS NtFlushBuffersFile(ServiceContext& context, HANDLE handle,
                            UserPointer<IO_STATUS_BLOCK> io_status) {
    auto object = context.reference<FileObject>(handle, FILE_WRITE_DATA);
    if (!object && object.error() == STATUS_ACCESS_DENIED) {
        object = context.reference<FileObject>(handle, FILE_APPEND_DATA);
    }
    if (!object) {
        return object.error();
    }
    if ((*object)->file) {
        if (const auto flushed = (*object)->file->flush(); !flushed) {
            return status_of(flushed.error());
        }
    }
    return context.write(io_status, {.Status = STATUS_SUCCESS.value, .Information = 0});
}

NTSTATUS NtDeleteFile(ServiceContext& context, UserPointer<OBJECT_ATTRIBUTES> attributes) {
    const auto name = capture_file_name(context, attributes);
    if (!name) {
        return name.error();
    }
    if (name->device != Device::disk) {
        return STATUS_INVALID_DEVICE_REQUEST;
    }
    auto opened = open_disk(context.kernel, *name, {DELETE, 7, FILE_OPEN, 0});
    if (!opened) {
        return opened.error();
    }
    const auto removed = opened->file->file->remove();
    return removed ? STATUS_SUCCESS : status_of(removed.error());
}

constexpr std::string_view transfer_names =
    "FileHandle Event ApcRoutine ApcContext IoStatusBlock Buffer Length ByteOffset Key";

constexpr std::array table{
    service<NtCreateFile>("NtCreateFile",
                          "FileHandle DesiredAccess ObjectAttributes IoStatusBlock AllocationSize "
                          "FileAttributes ShareAccess CreateDisposition CreateOptions EaBuffer "
                          "EaLength"),
    service<NtDeleteFile>("NtDeleteFile", "ObjectAttributes"),
    service<NtFlushBuffersFile>("NtFlushBuffersFile", "FileHandle IoStatusBlock"),
    service<NtOpenFile>("NtOpenFile",
                        "FileHandle DesiredAccess ObjectAttributes IoStatusBlock ShareAccess "
                        "OpenOptions"),
    service<NtReadFile>("NtReadFile", transfer_names),
    service<NtWriteFile>("NtWriteFile", transfer_names),
};

}  // namespace

std::span<const ServiceRow> file_services() {
    return table;
}

}  // namespace ringside::nt
