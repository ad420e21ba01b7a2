// SPDX-License-Identifier: MIT
#include <algorithm>
#include <array>
#include <cstring>

#include "host/utf16.hpp"
#include "nt/services/file_attributes.hpp"
#include "nt/services/io_completion.hpp"
#include "nt/services/name_expression.hpp"

namespace ringside::nt {
namespace {

constexpr std::uint32_t FileDirectoryInformation = 1;
constexpr std::uint32_t FileFullDirectoryInformation = 2;
constexpr std::uint32_t FileBothDirectoryInformation = 3;
constexpr std::uint32_t FileNamesInformation = 12;

/// Where the name stands in an entry of each class; what lies between is zero: no extended
/// attributes, no short names.
std::uint32_t name_offset(std::uint32_t information_class) {
    switch (information_class) {
        case FileDirectoryInformation: return 0x40;
        case FileFullDirectoryInformation: return 0x44;
        case FileBothDirectoryInformation: return 0x5E;
        case FileNamesInformation: return 0x0C;
        default: return 0;
    }
}

std::vector<std::byte> entry_bytes(const host::DirectoryEntry& entry,
                                   std::uint32_t information_class) {
    const std::uint32_t offset = name_offset(information_class);
    const auto name = std::as_bytes(std::span(entry.name));
    std::vector<std::byte> bytes(offset + name.size());
    const auto name_length = static_cast<std::uint32_t>(name.size());
    if (information_class == FileNamesInformation) {
        std::memcpy(bytes.data() + 8, &name_length, sizeof name_length);
    } else {
        const FILE_BASIC_INFORMATION basic = basic_information(entry.facts);
        const FILE_DIRECTORY_INFORMATION fixed{
            .CreationTime = basic.CreationTime,
            .LastAccessTime = basic.LastAccessTime,
            .LastWriteTime = basic.LastWriteTime,
            .ChangeTime = basic.ChangeTime,
            .EndOfFile = static_cast<std::int64_t>(entry.facts.size),
            .AllocationSize = allocation_size(entry.facts),
            .FileAttributes = basic.FileAttributes,
            .FileNameLength = name_length};
        std::memcpy(bytes.data(), &fixed, sizeof fixed);
    }
    std::copy(name.begin(), name.end(), bytes.begin() + static_cast<std::ptrdiff_t>(offset));
    return bytes;
}

/// Takes a snapshot of the directory: `.` and `..` first, except in the root.
NTSTATUS start_scan(FileObject& file, std::u16string pattern) {
    auto entries = file.file->entries();
    const auto facts = file.file->facts();
    if (!entries || !facts) {
        return status_of(!entries ? entries.error() : facts.error());
    }
    FileObject::Scan scan{.pattern = host::upcase(pattern), .entries = {}};
    const bool is_root = file.path.size() <= 3;
    if (!is_root) {
        entries->insert(entries->begin(),
                        {{.name = u".", .facts = *facts}, {.name = u"..", .facts = *facts}});
    }
    for (auto& entry : *entries) {
        if (scan.pattern.empty() || matches_expression(scan.pattern, host::upcase(entry.name))) {
            scan.entries.push_back(std::move(entry));
        }
    }
    file.scan = std::move(scan);
    return file.scan->entries.empty() ? STATUS_NO_SUCH_FILE : STATUS_SUCCESS;
}

struct Listed {
    NTSTATUS status;
    std::uint32_t bytes{};
};

/// Writes entries while they fit, each linked to the next and aligned to 8.
Listed list(ServiceContext& context, FileObject::Scan& scan, std::uint32_t information_class,
            LinearAddress to, std::uint32_t room, bool single) {
    if (scan.next == scan.entries.size()) {
        return {STATUS_NO_MORE_FILES};
    }
    std::vector<std::byte> out;
    std::size_t last = 0;
    while (scan.next < scan.entries.size() && (out.empty() || !single)) {
        const auto entry = entry_bytes(scan.entries[scan.next], information_class);
        const std::size_t start = align_up(out.size(), std::size_t{8});
        if (start + entry.size() > room) {
            if (out.empty()) {
                return {STATUS_BUFFER_OVERFLOW};
            }
            break;
        }
        if (!out.empty()) {
            const auto link = static_cast<std::uint32_t>(start - last);
            std::memcpy(out.data() + last, &link, sizeof link);
        }
        out.resize(start);
        out.insert(out.end(), entry.begin(), entry.end());
        last = start;
        ++scan.next;
    }
    return {context.write_bytes(to, out), static_cast<std::uint32_t>(out.size())};
}

NTSTATUS NtQueryDirectoryFile(ServiceContext& context, HANDLE handle, HANDLE event,
                              ULONG apc_routine, ULONG apc_context,
                              UserPointer<IO_STATUS_BLOCK> io_status, UserPointer<std::byte> buffer,
                              Length length, InformationClass information_class, BOOLEAN single,
                              UserPointer<UNICODE_STRING> name, BOOLEAN restart) {
    constexpr std::uint32_t FILE_LIST_DIRECTORY = FILE_READ_DATA;
    const auto object = context.reference<FileObject>(handle, FILE_LIST_DIRECTORY);
    if (!object) {
        return object.error();
    }
    FileObject& file = **object;
    const auto facts = file.file ? file.file->facts() : Unexpected{host::HostError::device_error};
    if (!facts || !facts->directory) {
        return STATUS_INVALID_PARAMETER;
    }
    const std::uint32_t offset = name_offset(information_class.value);
    if (offset == 0) {
        return STATUS_INVALID_INFO_CLASS;
    }
    if (length.value < offset) {
        return STATUS_INFO_LENGTH_MISMATCH;
    }
    auto request = IoRequest::begin(context, {event, apc_routine, apc_context, io_status});
    if (!request) {
        return request.error();
    }
    if (!file.scan) {
        std::u16string pattern;
        if (name) {
            const auto captured = context.read_string(name);
            if (!captured) {
                return captured.error();
            }
            pattern = *captured;
        }
        const NTSTATUS started = start_scan(file, std::move(pattern));
        if (!nt_success(started)) {
            return started;
        }
    } else if (restart) {
        const NTSTATUS started = start_scan(file, file.scan->pattern);
        if (!nt_success(started)) {
            return started;
        }
    }
    constexpr std::uint32_t largest_listing = largest_chunk;
    const Listed listed = list(context, *file.scan, information_class.value, buffer.address,
                               std::min(length.value, largest_listing), static_cast<bool>(single));
    return request->complete(context, listed.status, listed.bytes);
}

constexpr std::array table{
    service<NtQueryDirectoryFile>("NtQueryDirectoryFile",
                                  "FileHandle Event ApcRoutine ApcContext IoStatusBlock "
                                  "FileInformation Length FileInformationClass "
                                  "ReturnSingleEntry FileName RestartScan"),
};

}  // namespace

std::span<const ServiceRow> directory_services() {
    return table;
}

}  // namespace ringside::nt
