// SPDX-License-Identifier: MIT
// What files tell about themselves, and what may be changed.
#include <algorithm>
#include <array>
#include <cstring>

#include "nt/services/file_attributes.hpp"
#include "nt/services/object_name.hpp"

namespace ringside::nt {
namespace {

enum FileInformationClass : std::uint32_t {
    FileBasicInformation = 4,
    FileStandardInformation = 5,
    FileInternalInformation = 6,
    FileEaInformation = 7,
    FileAccessInformation = 8,
    FileNameInformation = 9,
    FileRenameInformation = 10,
    FileDispositionInformation = 13,
    FilePositionInformation = 14,
    FileModeInformation = 16,
    FileAlignmentInformation = 17,
    FileAllocationInformation = 19,
    FileEndOfFileInformation = 20,
    FileNetworkOpenInformation = 34,
    FileAttributeTagInformation = 35,
};

constexpr std::uint32_t FILE_SYNCHRONOUS_IO_NONALERT = 0x20;

/// A structure and, where it ends in a name, that name.
struct Answer {
    std::vector<std::byte> bytes;
    std::size_t least = 0;  ///< Shorter buffers get STATUS_INFO_LENGTH_MISMATCH.
};

template <typename T>
Answer answer(const T& value) {
    const auto bytes = std::as_bytes(std::span(&value, 1));
    return {.bytes = {bytes.begin(), bytes.end()}, .least = sizeof(T)};
}

/// A dword that counts the bytes of the name behind it.
Answer name_answer(std::u16string_view name) {
    const auto length = static_cast<std::uint32_t>(name.size() * 2);
    Answer result{.bytes = std::vector<std::byte>(sizeof length + length), .least = sizeof length};
    std::memcpy(result.bytes.data(), &length, sizeof length);
    std::memcpy(result.bytes.data() + sizeof length, name.data(), length);
    return result;
}

/// Copies as much as there is room for: STATUS_BUFFER_OVERFLOW when the name was cut.
NTSTATUS give(ServiceContext& context, const Answer& answer, UserPointer<std::byte> to,
              Length length, UserPointer<IO_STATUS_BLOCK> io_status) {
    if (length.value < answer.least) {
        return STATUS_INFO_LENGTH_MISMATCH;
    }
    const auto part =
        std::span(answer.bytes).first(std::min<std::size_t>(length.value, answer.bytes.size()));
    const NTSTATUS written = context.write_bytes(to.address, part);
    if (!nt_success(written)) {
        return written;
    }
    const NTSTATUS status =
        part.size() < answer.bytes.size() ? STATUS_BUFFER_OVERFLOW : STATUS_SUCCESS;
    const NTSTATUS told = context.write(
        io_status,
        {.Status = status.value, .Information = static_cast<std::uint32_t>(part.size())});
    return nt_success(told) ? status : told;
}

FILE_STANDARD_INFORMATION standard_information(const FileObject& file,
                                               const host::FileFacts& facts) {
    return {.AllocationSize = allocation_size(facts),
            .EndOfFile = static_cast<std::int64_t>(facts.size),
            .NumberOfLinks = 1,
            .DeletePending = file.delete_on_close,
            .Directory = facts.directory};
}

Expected<Answer, NTSTATUS> information(const FileObject& file, std::uint32_t rights,
                                       std::uint32_t information_class) {
    switch (information_class) {
        case FilePositionInformation: return answer(LARGE_INTEGER{file.position});
        case FileModeInformation:
            return answer(file.synchronous ? FILE_SYNCHRONOUS_IO_NONALERT : 0U);
        case FileAccessInformation: return answer(rights);
        case FileAlignmentInformation: return answer(std::uint32_t{0});
        default: break;
    }
    if (!file.file) {
        return Unexpected{STATUS_INVALID_DEVICE_REQUEST};
    }
    const auto facts = file.file->facts();
    if (!facts) {
        return Unexpected{status_of(facts.error())};
    }
    switch (information_class) {
        case FileBasicInformation: return answer(basic_information(*facts));
        case FileStandardInformation: return answer(standard_information(file, *facts));
        case FileInternalInformation:
            return answer(LARGE_INTEGER{static_cast<std::int64_t>(facts->identity)});
        case FileEaInformation: return answer(std::uint32_t{0});
        case FileNameInformation: return name_answer(std::u16string_view(file.path).substr(2));
        case FileNetworkOpenInformation: return answer(network_open_information(*facts));
        case FileAttributeTagInformation:
            return answer(std::array<std::uint32_t, 2>{attributes_of(*facts), 0});
        default: return Unexpected{STATUS_INVALID_INFO_CLASS};
    }
}

NTSTATUS NtQueryInformationFile(ServiceContext& context, HANDLE handle,
                                UserPointer<IO_STATUS_BLOCK> io_status,
                                UserPointer<std::byte> buffer, Length length,
                                InformationClass information_class) {
    const auto file = context.reference<FileObject>(handle, 0);
    if (!file) {
        return file.error();
    }
    const auto* const entry = context.kernel.handles.find(handle.value);
    const auto result =
        information(**file, entry != nullptr ? entry->rights : 0, information_class.value);
    return result ? give(context, *result, buffer, length, io_status) : result.error();
}

NTSTATUS set_basic(ServiceContext& context, FileObject& file, UserPointer<std::byte> from) {
    const auto wanted = context.read(UserPointer<FILE_BASIC_INFORMATION>{from.address});
    if (!wanted) {
        return wanted.error();
    }
    constexpr std::uint32_t storable =
        FILE_ATTRIBUTE_NORMAL | FILE_ATTRIBUTE_ARCHIVE | FILE_ATTRIBUTE_DIRECTORY;
    if ((wanted->FileAttributes & ~storable) != 0) {
        return STATUS_NOT_SUPPORTED;  // A mount keeps no hidden, system or read-only bit.
    }
    // 0 leaves a time alone, and -1 keeps writes from changing it, which nothing here would.
    if (wanted->LastWriteTime <= 0) {
        return STATUS_SUCCESS;
    }
    const auto set = file.file->set_written({wanted->LastWriteTime});
    return set ? STATUS_SUCCESS : status_of(set.error());
}

NTSTATUS set_disposition(ServiceContext& context, FileObject& file, UserPointer<std::byte> from) {
    const auto wanted = context.read(UserPointer<std::uint8_t>{from.address});
    if (!wanted) {
        return wanted.error();
    }
    if (*wanted != 0) {
        if (const auto allowed = file.file->may_remove(); !allowed) {
            return allowed.error() == host::HostError::not_empty ? STATUS_DIRECTORY_NOT_EMPTY
                                                                 : STATUS_CANNOT_DELETE;
        }
    }
    file.delete_on_close = *wanted != 0;
    return STATUS_SUCCESS;
}

NTSTATUS set_size(ServiceContext& context, FileObject& file, UserPointer<std::byte> from,
                  bool allocation) {
    const auto wanted = context.read(UserPointer<LARGE_INTEGER>{from.address});
    if (!wanted || wanted->QuadPart < 0) {
        return wanted ? STATUS_INVALID_PARAMETER : wanted.error();
    }
    const auto size = static_cast<std::uint64_t>(wanted->QuadPart);
    const auto facts = file.file->facts();
    // An allocation of more than the file holds changes nothing that can be seen here.
    if (allocation && facts && size >= facts->size) {
        return STATUS_SUCCESS;
    }
    if (const auto set = file.file->set_size(size); !set) {
        return status_of(set.error());
    }
    const auto dated = file.file->set_written(context.kernel.system_time());
    return dated ? STATUS_SUCCESS : status_of(dated.error());
}

/// FILE_RENAME_INFORMATION: ReplaceIfExists, RootDirectory, FileNameLength, FileName.
NTSTATUS rename(ServiceContext& context, FileObject& file, UserPointer<std::byte> from,
                std::uint32_t length) {
    const auto words = context.read(UserPointer<std::array<std::uint32_t, 3>>{from.address});
    if (!words) {
        return words.error();
    }
    const auto [replace, root, name_length] = *words;
    if (name_length % 2 != 0 || name_length > 0xFFFE || name_length > length - 12) {
        return STATUS_INVALID_PARAMETER;
    }
    std::u16string name(name_length / 2, u'\0');
    const NTSTATUS captured =
        context.read_bytes(from.address + 12, std::as_writable_bytes(std::span(name)));
    if (!nt_success(captured)) {
        return captured;
    }
    std::u16string target;
    if (name.starts_with(u"\\??\\")) {
        target = name.substr(4);
    } else if (root == 0 && name.find(u'\\') == std::u16string::npos) {
        target = file.path.substr(0, file.path.rfind(u'\\') + 1) + name;
    } else {
        const auto directory = context.reference<FileObject>(HANDLE{root}, 0);
        if (!directory || (*directory)->device != Device::disk) {
            return directory ? STATUS_INVALID_PARAMETER : directory.error();
        }
        target = (*directory)->path + u"\\" + name;
    }
    const auto path = host::parse_path(target);
    if (!path) {
        return status_of(path.error());
    }
    const auto moved = context.kernel.host.mounts.rename(*file.file, *path, (replace & 0xFF) != 0);
    if (!moved) {
        return status_of(moved.error());
    }
    file.path = host::to_text(*path);
    return STATUS_SUCCESS;
}

struct Setter {
    std::uint32_t information_class;
    std::uint32_t access;
    std::uint32_t least;
};
constexpr std::array setters{
    Setter{FileBasicInformation, FILE_WRITE_ATTRIBUTES, sizeof(FILE_BASIC_INFORMATION)},
    Setter{FileRenameInformation, DELETE, 14},
    Setter{FileDispositionInformation, DELETE, 1},
    Setter{FilePositionInformation, 0, 8},
    Setter{FileAllocationInformation, FILE_WRITE_DATA, 8},
    Setter{FileEndOfFileInformation, FILE_WRITE_DATA, 8},
};

NTSTATUS NtSetInformationFile(ServiceContext& context, HANDLE handle,
                              UserPointer<IO_STATUS_BLOCK> io_status, UserPointer<std::byte> buffer,
                              Length length, InformationClass information_class) {
    const auto* const setter =
        std::find_if(setters.begin(), setters.end(), [information_class](const Setter& row) {
            return row.information_class == information_class.value;
        });
    if (setter == setters.end()) {
        return STATUS_INVALID_INFO_CLASS;
    }
    if (length.value < setter->least) {
        return STATUS_INFO_LENGTH_MISMATCH;
    }
    const auto object = context.reference<FileObject>(handle, setter->access);
    if (!object) {
        return object.error();
    }
    FileObject& file = **object;
    NTSTATUS status = STATUS_INVALID_DEVICE_REQUEST;
    if (file.file) {
        switch (information_class.value) {
            case FileBasicInformation: status = set_basic(context, file, buffer); break;
            case FileRenameInformation: status = rename(context, file, buffer, length.value); break;
            case FileDispositionInformation: status = set_disposition(context, file, buffer); break;
            case FileAllocationInformation: status = set_size(context, file, buffer, true); break;
            case FileEndOfFileInformation: status = set_size(context, file, buffer, false); break;
            case FilePositionInformation: {
                const auto position = context.read(UserPointer<LARGE_INTEGER>{buffer.address});
                status = position ? STATUS_SUCCESS : position.error();
                if (position && position->QuadPart < 0) {
                    status = STATUS_INVALID_PARAMETER;
                } else if (position) {
                    file.position = position->QuadPart;
                }
                break;
            }
            default: break;
        }
    }
    if (!nt_success(status)) {
        return status;
    }
    return context.write(io_status, {.Status = status.value, .Information = 0});
}

/// The facts of a file by its name, without keeping it open.
Expected<host::FileFacts, NTSTATUS> facts_by_name(ServiceContext& context,
                                                  UserPointer<OBJECT_ATTRIBUTES> attributes) {
    const auto name = capture_file_name(context, attributes);
    if (!name) {
        return Unexpected{name.error()};
    }
    if (name->device != Device::disk) {
        return Unexpected{STATUS_INVALID_DEVICE_REQUEST};
    }
    const auto path = host::parse_path(name->path);
    if (!path) {
        return Unexpected{status_of(path.error())};
    }
    const auto opened = context.kernel.host.mounts.open(*path, {});
    if (!opened) {
        return Unexpected{status_of(opened.error())};
    }
    const auto facts = opened->file->facts();
    if (!facts) {
        return Unexpected{status_of(facts.error())};
    }
    return *facts;
}

NTSTATUS NtQueryAttributesFile(ServiceContext& context, UserPointer<OBJECT_ATTRIBUTES> attributes,
                               UserPointer<FILE_BASIC_INFORMATION> to) {
    const auto facts = facts_by_name(context, attributes);
    return facts ? context.write(to, basic_information(*facts)) : facts.error();
}

NTSTATUS NtQueryFullAttributesFile(ServiceContext& context,
                                   UserPointer<OBJECT_ATTRIBUTES> attributes,
                                   UserPointer<FILE_NETWORK_OPEN_INFORMATION> to) {
    const auto facts = facts_by_name(context, attributes);
    return facts ? context.write(to, network_open_information(*facts)) : facts.error();
}

enum FsInformationClass : std::uint32_t {
    FileFsVolumeInformation = 1,
    FileFsSizeInformation = 3,
    FileFsDeviceInformation = 4,
    FileFsAttributeInformation = 5,
};

FILE_FS_DEVICE_INFORMATION device_information(Device device) {
    constexpr std::uint32_t FILE_DEVICE_DISK = 0x07;
    constexpr std::uint32_t FILE_DEVICE_NULL = 0x15;
    constexpr std::uint32_t FILE_DEVICE_CONSOLE = 0x50;
    constexpr std::uint32_t FILE_DEVICE_IS_MOUNTED = 0x20;
    switch (device) {
        case Device::disk: return {FILE_DEVICE_DISK, FILE_DEVICE_IS_MOUNTED};
        case Device::console: return {FILE_DEVICE_CONSOLE, 0};
        case Device::null: return {FILE_DEVICE_NULL, 0};
    }
    return {};
}

/// Figures of a volume that is the same on every host.
Expected<Answer, NTSTATUS> volume_information(const FileObject& file,
                                              std::uint32_t information_class,
                                              std::int64_t creation) {
    if (information_class == FileFsDeviceInformation) {
        return answer(device_information(file.device));
    }
    if (file.device != Device::disk) {
        return Unexpected{STATUS_INVALID_DEVICE_REQUEST};
    }
    constexpr std::int64_t clusters = 0x100000;  // 4 GiB, half of them free.
    switch (information_class) {
        case FileFsSizeInformation:
            return answer(FILE_FS_SIZE_INFORMATION{clusters, clusters / 2, sectors_per_cluster,
                                                   bytes_per_sector});
        case FileFsVolumeInformation: {
            // VolumeCreationTime, VolumeSerialNumber, VolumeLabelLength, SupportsObjects, label.
            constexpr std::uint32_t serial = 0x52494E47;
            Answer result = answer(LARGE_INTEGER{creation});
            const Answer rest = answer(std::array<std::uint32_t, 2>{serial, 0});
            result.bytes.insert(result.bytes.end(), rest.bytes.begin(), rest.bytes.end());
            result.bytes.resize(18);
            result.least = result.bytes.size();
            return result;
        }
        case FileFsAttributeInformation: {
            // FileSystemAttributes, MaximumComponentNameLength, FileSystemNameLength, name.
            constexpr std::uint32_t case_preserved_unicode = 0x6;
            constexpr std::u16string_view name = u"NTFS";
            Answer result = answer(std::array<std::uint32_t, 2>{case_preserved_unicode, 255});
            const Answer rest = name_answer(name);
            result.bytes.insert(result.bytes.end(), rest.bytes.begin(), rest.bytes.end());
            result.least = 12;
            return result;
        }
        default: return Unexpected{STATUS_INVALID_INFO_CLASS};
    }
}

NTSTATUS NtQueryVolumeInformationFile(ServiceContext& context, HANDLE handle,
                                      UserPointer<IO_STATUS_BLOCK> io_status,
                                      UserPointer<std::byte> buffer, Length length,
                                      InformationClass information_class) {
    const auto file = context.reference<FileObject>(handle, 0);
    if (!file) {
        return file.error();
    }
    const auto result =
        volume_information(**file, information_class.value, context.kernel.host.boot_date.ticks);
    return result ? give(context, *result, buffer, length, io_status) : result.error();
}

constexpr std::array table{
    service<NtQueryAttributesFile>("NtQueryAttributesFile", "ObjectAttributes FileInformation"),
    service<NtQueryFullAttributesFile>("NtQueryFullAttributesFile",
                                       "ObjectAttributes FileInformation"),
    service<NtQueryInformationFile>("NtQueryInformationFile",
                                    "FileHandle IoStatusBlock FileInformation Length "
                                    "FileInformationClass"),
    service<NtQueryVolumeInformationFile>("NtQueryVolumeInformationFile",
                                          "FileHandle IoStatusBlock FsInformation Length "
                                          "FsInformationClass"),
    service<NtSetInformationFile>("NtSetInformationFile",
                                  "FileHandle IoStatusBlock FileInformation Length "
                                  "FileInformationClass"),
};

}  // namespace

std::span<const ServiceRow> file_information_services() {
    return table;
}

}  // namespace ringside::nt
