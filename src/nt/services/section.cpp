// SPDX-License-Identifier: MIT
#include <algorithm>
#include <array>

#include "guest/pe_image.hpp"
#include "host/utf16.hpp"
#include "nt/memory/data_section.hpp"
#include "nt/memory/image_section.hpp"
#include "nt/services/named_object.hpp"

namespace ringside::nt {
namespace {

/// More than any image of the time; keeps a guest from filling the host's memory.
constexpr std::uint64_t largest_image_file = 64U << 20;
constexpr std::uint64_t largest_section = 0x7FFF0000;

Expected<std::shared_ptr<const guest::Image>, NTSTATUS> load_image(const FileObject& file) {
    const auto facts = file.file->facts();
    if (!facts) {
        return Unexpected{status_of(facts.error())};
    }
    if (facts->size > largest_image_file) {
        return Unexpected{STATUS_INVALID_IMAGE_FORMAT};
    }
    std::vector<std::byte> bytes(facts->size);
    const auto got = file.file->read_at(0, bytes);
    if (!got) {
        return Unexpected{status_of(got.error())};
    }
    bytes.resize(*got);
    if (bytes.size() < 2 || bytes[0] != std::byte{'M'} || bytes[1] != std::byte{'Z'}) {
        return Unexpected{STATUS_INVALID_IMAGE_NOT_MZ};
    }
    auto image = guest::read_pe(host::to_printable(file.path), bytes);
    if (!image) {
        return Unexpected{STATUS_INVALID_IMAGE_FORMAT};
    }
    return std::make_shared<const guest::Image>(std::move(image).value());
}

Expected<std::shared_ptr<SectionObject>, NTSTATUS> image_section(Kernel& kernel,
                                                                 const FileObject& file,
                                                                 std::uint32_t protection,
                                                                 std::uint32_t attributes) {
    auto image = load_image(file);
    if (!image) {
        return Unexpected{image.error()};
    }
    auto pages = image_section_pages(kernel.pages, *image);
    auto section = std::make_shared<SectionObject>(std::move(pages), (*image)->size, protection,
                                                   attributes, host::to_printable(file.path));
    section->image = *image;
    return section;
}

Expected<std::shared_ptr<SectionObject>, NTSTATUS> data_section(
    Kernel& kernel, const std::shared_ptr<FileObject>& file, std::uint64_t wanted,
    std::uint32_t protection, std::uint32_t attributes) {
    std::uint64_t size = wanted;
    SectionBacking backing;
    std::string name;
    if (file) {
        const auto facts = file->file->facts();
        if (!facts) {
            return Unexpected{status_of(facts.error())};
        }
        const bool writable = allows_write(protection) && !is_copy_on_write(protection);
        size = wanted != 0 ? wanted : facts->size;
        if (size == 0) {
            return Unexpected{STATUS_MAPPED_FILE_SIZE_ZERO};
        }
        if (size > facts->size) {
            if (!writable) {
                return Unexpected{STATUS_SECTION_TOO_BIG};
            }
            if (const auto grown = file->file->set_size(size); !grown) {
                return Unexpected{status_of(grown.error())};
            }
        }
        name = host::to_printable(file->path);
        backing = {.image = {}, .file = file->file, .size = size, .keeps = writable};
    }
    if (size == 0) {
        return Unexpected{STATUS_INVALID_PARAMETER_4};
    }
    if (size > largest_section) {
        return Unexpected{STATUS_SECTION_TOO_BIG};
    }
    const auto count =
        static_cast<std::uint32_t>(align_up(size, std::uint64_t{page_size}) / page_size);
    if (!file && count > kernel.pages.available()) {
        return Unexpected{STATUS_COMMITMENT_LIMIT};
    }
    auto pages = data_section_pages(kernel, count, std::move(backing));
    return std::make_shared<SectionObject>(std::move(pages), size, protection, attributes,
                                           std::move(name));
}

NTSTATUS NtCreateSection(ServiceContext& context, UserPointer<HANDLE> handle, ACCESS_MASK access,
                         UserPointer<OBJECT_ATTRIBUTES> attributes,
                         UserPointer<LARGE_INTEGER> maximum_size, Flags protection,
                         Flags section_attributes, HANDLE file_handle) {
    const std::uint32_t flags = section_attributes.value;
    const bool is_image = (flags & SEC_IMAGE) != 0;
    if ((flags & (SEC_IMAGE | SEC_COMMIT)) == 0 || (is_image && (flags & SEC_COMMIT) != 0) ||
        (flags & ~(SEC_IMAGE | SEC_COMMIT | SEC_NOCACHE | SEC_FILE)) != 0) {
        return STATUS_INVALID_PARAMETER_6;
    }
    if (!is_valid_protection(protection.value) || (protection.value & PAGE_GUARD) != 0 ||
        base_protection(protection.value) == PAGE_NOACCESS) {
        return STATUS_INVALID_PAGE_PROTECTION;
    }
    std::uint64_t size = 0;
    if (maximum_size) {
        const auto wanted = context.read(maximum_size);
        if (!wanted || wanted->QuadPart < 0) {
            return wanted ? STATUS_INVALID_PARAMETER_4 : wanted.error();
        }
        size = static_cast<std::uint64_t>(wanted->QuadPart);
    }
    std::shared_ptr<FileObject> file;
    if (file_handle.value != 0) {
        const bool writes =
            allows_write(protection.value) && !is_copy_on_write(protection.value) && !is_image;
        const auto opened = context.reference<FileObject>(
            file_handle, is_image ? FILE_EXECUTE : FILE_READ_DATA | (writes ? FILE_WRITE_DATA : 0));
        if (!opened) {
            return opened.error();
        }
        file = *opened;
        const auto facts =
            file->file ? file->file->facts() : Unexpected{host::HostError::device_error};
        if (!facts || facts->directory) {
            return STATUS_INVALID_FILE_FOR_SECTION;
        }
    } else if (is_image) {
        return STATUS_INVALID_FILE_FOR_SECTION;
    }
    const auto section = is_image
                             ? image_section(context.kernel, *file, protection.value, flags)
                             : data_section(context.kernel, file, size, protection.value, flags);
    if (!section) {
        return section.error();
    }
    return create_object(context, handle, section_mapping.map(access.value), attributes,
                         ObjectType::section, [&] { return *section; });
}

/// \KnownDlls is empty, so the loader goes on to the file.
NTSTATUS NtOpenSection(ServiceContext& context, UserPointer<HANDLE> handle, ACCESS_MASK access,
                       UserPointer<OBJECT_ATTRIBUTES> attributes) {
    return open_object(context, handle, section_mapping.map(access.value), attributes,
                       ObjectType::section);
}

/// `mydll` of `C:\app\mydll.dll`.
std::string module_of(const std::string& path) {
    const auto slash = path.rfind('\\');
    const std::string name = path.substr(slash == std::string::npos ? 0 : slash + 1);
    return name.substr(0, name.rfind('.'));
}

NTSTATUS map_image(Kernel& kernel, const SectionObject& section, LinearAddress& base) {
    LinearAddress at = base.value != 0 ? base : LinearAddress{section.image->preferred_base};
    NTSTATUS status = map_image_view(kernel.memory, section.pages, *section.image, at);
    if (status == STATUS_CONFLICTING_ADDRESSES && base.value == 0) {
        if (!section.image->relocatable) {
            return status;
        }
        at = {};
        status = map_image_view(kernel.memory, section.pages, *section.image, at);
    }
    if (!nt_success(status)) {
        return status;
    }
    base = at;
    kernel.symbols.add(symbols_of(*section.image, module_of(section.name), at));
    return at.value == section.image->preferred_base ? STATUS_SUCCESS : STATUS_IMAGE_NOT_AT_BASE;
}

struct ViewRequest {
    LinearAddress base;
    std::uint64_t offset{};
    std::uint32_t size{};
    std::uint32_t protection{};
    bool top_down = false;
};

NTSTATUS map_data(Kernel& kernel, const SectionObject& section, ViewRequest& request) {
    if (request.offset % allocation_granularity != 0 ||
        request.base.value % allocation_granularity != 0) {
        return STATUS_MAPPED_ALIGNMENT;
    }
    if (request.offset >= section.size) {
        return STATUS_INVALID_VIEW_SIZE;
    }
    const std::uint64_t left = section.size - request.offset;
    const std::uint64_t size = request.size != 0 ? request.size : left;
    const std::uint64_t rounded = align_up(size, std::uint64_t{page_size});
    if (size > align_up(left, std::uint64_t{page_size})) {
        return STATUS_INVALID_VIEW_SIZE;
    }
    const bool writes = allows_write(request.protection) && !is_copy_on_write(request.protection);
    if (writes && !allows_write(section.protection)) {
        return STATUS_SECTION_PROTECTION;
    }
    const bool private_writes = is_copy_on_write(section.protection);
    View view{.pages = section.pages,
              .first_page = static_cast<std::uint32_t>(request.offset / page_size),
              .image = false,
              .copy_on_write = private_writes || is_copy_on_write(request.protection)};
    const std::uint32_t protection =
        private_writes ? as_write_copy(request.protection) : request.protection;
    request.size = static_cast<std::uint32_t>(rounded);
    return kernel.memory.map_view(
        std::move(view), request.base, request.size, protection, {},
        request.top_down ? kernelkit::Direction::top_down : kernelkit::Direction::bottom_up);
}

NTSTATUS NtMapViewOfSection(ServiceContext& context, HANDLE section_handle, HANDLE process,
                            UserPointer<ULONG> base, ULONG zero_bits, Length,
                            UserPointer<LARGE_INTEGER> section_offset, UserPointer<ULONG> view_size,
                            ULONG inherit, Flags type, Flags protection) {
    constexpr ULONG ViewShare = 1;
    constexpr ULONG ViewUnmap = 2;
    if (inherit != ViewShare && inherit != ViewUnmap) {
        return STATUS_INVALID_PARAMETER_8;
    }
    if ((type.value & ~MEM_TOP_DOWN) != 0) {
        return STATUS_INVALID_PARAMETER_9;
    }
    if (zero_bits > 20) {
        return STATUS_INVALID_PARAMETER_4;
    }
    if (!is_valid_protection(protection.value)) {
        return STATUS_INVALID_PAGE_PROTECTION;
    }
    const auto owner = context.reference<ProcessObject>(process, 0x0008);
    if (!owner) {
        return owner.error();
    }
    const bool writes = allows_write(protection.value) && !is_copy_on_write(protection.value);
    const auto object = context.reference<SectionObject>(section_handle, SECTION_MAP_READ);
    if (!object) {
        return object.error();
    }
    for (const auto pointer : {base, view_size}) {
        const NTSTATUS probed = context.probe_for_write(pointer.address, sizeof(ULONG));
        if (!nt_success(probed)) {
            return probed;
        }
    }
    const auto wanted_base = context.read(base);
    const auto wanted_size = context.read(view_size);
    if (!wanted_base || !wanted_size) {
        return !wanted_base ? wanted_base.error() : wanted_size.error();
    }
    std::int64_t offset = 0;
    if (section_offset) {
        const auto given = context.read(section_offset);
        if (!given || given->QuadPart < 0) {
            return given ? STATUS_INVALID_PARAMETER : given.error();
        }
        offset = given->QuadPart;
    }
    if (*wanted_base > highest_user_address.value) {
        return STATUS_INVALID_PARAMETER_3;
    }
    Kernel& kernel = context.kernel;
    SectionObject& section = **object;
    ViewRequest request{.base = {*wanted_base},
                        .offset = static_cast<std::uint64_t>(offset),
                        .size = *wanted_size,
                        .protection = protection.value,
                        .top_down = (type.value & MEM_TOP_DOWN) != 0};
    NTSTATUS status = STATUS_SUCCESS;
    if (section.image) {
        status = map_image(kernel, section, request.base);
        request.size = section.pages->count() * page_size;
    } else {
        if (writes) {
            const auto may_write = context.reference_any(section_handle, SECTION_MAP_WRITE);
            if (!may_write) {
                return may_write.error();
            }
        }
        status = map_data(kernel, section, request);
    }
    if (!nt_success(status)) {
        return status;
    }
    const NTSTATUS told = context.write(base, request.base.value);
    const NTSTATUS sized = nt_success(told) ? context.write(view_size, request.size) : told;
    return nt_success(sized) ? status : sized;
}

NTSTATUS NtUnmapViewOfSection(ServiceContext& context, HANDLE process, ULONG address) {
    const auto owner = context.reference<ProcessObject>(process, 0x0008);
    if (!owner) {
        return owner.error();
    }
    const auto* const reservation = context.kernel.memory.space().find(LinearAddress{address});
    if (reservation == nullptr) {
        return STATUS_NOT_MAPPED_VIEW;
    }
    const LinearAddress base = reservation->base;
    const NTSTATUS status = context.kernel.memory.unmap_view(base);
    if (nt_success(status)) {
        context.kernel.symbols.remove(base);
    }
    return status;
}

/// SECTION_BASIC_INFORMATION: base, attributes, size.
NTSTATUS NtQuerySection(ServiceContext& context, HANDLE handle, InformationClass information_class,
                        UserPointer<std::byte> buffer, Length length,
                        UserPointer<ULONG> return_length) {
    const auto section = context.reference<SectionObject>(handle, SECTION_QUERY);
    if (!section) {
        return section.error();
    }
    if (information_class.value == 0) {
        const auto size = (*section)->size;
        const std::array<std::uint32_t, 4> basic{0, (*section)->attributes,
                                                 static_cast<std::uint32_t>(size),
                                                 static_cast<std::uint32_t>(size >> 32)};
        return context.answer(buffer, length, basic, return_length);
    }
    return STATUS_INVALID_INFO_CLASS;
}

constexpr std::array table{
    service<NtCreateSection>("NtCreateSection",
                             "SectionHandle DesiredAccess ObjectAttributes MaximumSize "
                             "SectionPageProtection AllocationAttributes FileHandle"),
    service<NtMapViewOfSection>("NtMapViewOfSection",
                                "SectionHandle ProcessHandle BaseAddress ZeroBits CommitSize "
                                "SectionOffset ViewSize InheritDisposition AllocationType "
                                "Win32Protect"),
    service<NtOpenSection>("NtOpenSection", "SectionHandle DesiredAccess ObjectAttributes"),
    service<NtQuerySection>("NtQuerySection",
                            "SectionHandle SectionInformationClass SectionInformation Length "
                            "ReturnLength"),
    service<NtUnmapViewOfSection>("NtUnmapViewOfSection", "ProcessHandle BaseAddress"),
};

}  // namespace

std::span<const ServiceRow> section_services() {
    return table;
}

}  // namespace ringside::nt
