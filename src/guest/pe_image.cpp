// SPDX-License-Identifier: MIT
#include "guest/pe_image.hpp"

#include <algorithm>
#include <array>
#include <bit>

#include "base/address.hpp"
#include "guest/pe_reader.hpp"

namespace ringside::guest {
namespace {

using pe::Directory;
using pe::DirectoryIndex;
using pe::Reader;

constexpr std::uint16_t machine_i386 = 0x14C;
constexpr std::uint16_t characteristic_executable = 0x0002;
constexpr std::uint16_t characteristic_relocations_stripped = 0x0001;
constexpr std::uint16_t characteristic_dll = 0x2000;
constexpr std::uint16_t most_sections = 96;
constexpr std::uint32_t optional_header_fixed = 96;
constexpr std::uint32_t section_header_size = 40;
/// User space below MmUserProbeAddress, less the first 64 KiB.
constexpr std::uint32_t largest_image = 0x7FFE0000;

struct Headers {
    std::uint16_t section_count{};
    std::uint32_t section_table{};
    std::uint32_t section_alignment{};
    std::uint32_t file_alignment{};
    std::uint32_t size_of_headers{};
    std::uint32_t symbol_table{};
    std::uint32_t symbol_count{};
    std::array<Directory, 16> directories{};

    [[nodiscard]] Directory directory(DirectoryIndex index) const {
        return directories[static_cast<std::size_t>(index)];
    }
};

std::string machine_name(std::uint16_t machine) {
    switch (machine) {
        case 0x8664: return "AMD64";
        case 0x0200: return "Itanium";
        case 0xAA64: return "ARM64";
        case 0x01C0:
        case 0x01C4: return "ARM";
        case 0x0184: return "Alpha";
        case 0x0166: return "MIPS";
        case 0x01F0: return "PowerPC";
        default: return "unknown";
    }
}

/// IMAGE_DOS_HEADER: the offset of the PE signature.
std::uint32_t read_dos_header(const Reader& reader) {
    const auto bytes = reader.bytes();
    if (bytes.size() < 2 || load<std::uint16_t>(bytes.data()) != 0x5A4D) {
        reader.reject("e_magic", "not a PE file: it does not begin with MZ");
    }
    const auto offset = load<std::uint32_t>(reader.at(0x3C, 4, "e_lfanew").data());
    if (offset % 4 != 0) {
        reader.reject("e_lfanew", fmt::format("{:#x} is not a multiple of 4", offset));
    }
    const auto signature = load<std::uint32_t>(reader.at(offset, 4, "Signature").data());
    if ((signature & 0xFFFF) == 0x454E) {
        reader.reject("Signature", "a 16-bit NE program; only PE32 programs run");
    }
    if (signature != 0x00004550) {
        reader.reject("Signature", "not a PE file: a plain DOS program?");
    }
    return offset + 4;
}

/// IMAGE_FILE_HEADER at `offset`: the size of the optional header that follows it.
std::uint16_t read_file_header(Reader& reader, std::uint32_t offset, Headers& headers) {
    const std::byte* const header = reader.at(offset, 20, "FileHeader").data();
    const auto machine = load<std::uint16_t>(header);
    if (machine != machine_i386) {
        reader.reject("Machine", fmt::format("{:#06x} ({}): the program is for another CPU, "
                                             "only i386 (0x014c) runs",
                                             machine, machine_name(machine)));
    }
    headers.section_count = load<std::uint16_t>(header + 2);
    if (headers.section_count == 0 || headers.section_count > most_sections) {
        reader.reject("NumberOfSections",
                      fmt::format("{} is not 1 to {}", headers.section_count, most_sections));
    }
    headers.symbol_table = load<std::uint32_t>(header + 8);
    headers.symbol_count = load<std::uint32_t>(header + 12);
    reader.image.characteristics = load<std::uint16_t>(header + 18);
    if ((reader.image.characteristics & characteristic_executable) == 0) {
        reader.reject("Characteristics", "the file was not linked (IMAGE_FILE_EXECUTABLE_IMAGE)");
    }
    reader.image.library = (reader.image.characteristics & characteristic_dll) != 0;
    return load<std::uint16_t>(header + 16);
}

void check_alignments(const Reader& reader, const Headers& headers) {
    if (!std::has_single_bit(headers.section_alignment) || headers.section_alignment < page_size ||
        headers.section_alignment > 0x10000000) {
        reader.reject("SectionAlignment", fmt::format("{:#x} is not a power of two from 0x1000",
                                                      headers.section_alignment));
    }
    if (!std::has_single_bit(headers.file_alignment) || headers.file_alignment < 0x200 ||
        headers.file_alignment > headers.section_alignment) {
        reader.reject("FileAlignment",
                      fmt::format("{:#x} is not a power of two from 0x200 to SectionAlignment",
                                  headers.file_alignment));
    }
}

/// IMAGE_OPTIONAL_HEADER32.
void read_optional_header(Reader& reader, std::uint32_t offset, std::uint16_t size,
                          Headers& headers) {
    const auto magic = load<std::uint16_t>(reader.at(offset, 2, "OptionalHeader.Magic").data());
    if (magic == 0x20B) {
        reader.reject("Magic", "PE32+ (64-bit); only PE32 programs run");
    }
    if (magic != 0x10B) {
        reader.reject("Magic", fmt::format("{:#x} is not PE32 (0x10b)", magic));
    }
    if (size < optional_header_fixed) {
        reader.reject("SizeOfOptionalHeader",
                      fmt::format("{} is below {}", size, optional_header_fixed));
    }
    const std::byte* const header = reader.at(offset, size, "OptionalHeader").data();
    Image& image = reader.image;
    image.entry = load<std::uint32_t>(header + 0x10);
    image.preferred_base = load<std::uint32_t>(header + 0x1C);
    headers.section_alignment = load<std::uint32_t>(header + 0x20);
    headers.file_alignment = load<std::uint32_t>(header + 0x24);
    image.subsystem_major = load<std::uint16_t>(header + 0x30);
    image.subsystem_minor = load<std::uint16_t>(header + 0x32);
    image.size = load<std::uint32_t>(header + 0x38);
    headers.size_of_headers = load<std::uint32_t>(header + 0x3C);
    image.subsystem = load<std::uint16_t>(header + 0x44);
    image.dll_characteristics = load<std::uint16_t>(header + 0x46);
    image.stack_reserve = load<std::uint32_t>(header + 0x48);
    image.stack_commit = load<std::uint32_t>(header + 0x4C);
    image.heap_reserve = load<std::uint32_t>(header + 0x50);
    image.heap_commit = load<std::uint32_t>(header + 0x54);
    check_alignments(reader, headers);
    if (image.preferred_base % 0x10000 != 0) {
        reader.reject("ImageBase",
                      fmt::format("{:#x} is not a multiple of 64 KiB", image.preferred_base));
    }
    if (image.size == 0 || image.size > largest_image) {
        reader.reject("SizeOfImage",
                      fmt::format("{:#x} is not 1 to {:#x}", image.size, largest_image));
    }
    if (image.entry >= image.size || (image.entry == 0 && !image.library)) {
        reader.reject("AddressOfEntryPoint",
                      fmt::format("{:#x} is outside the image", image.entry));
    }
    const std::uint32_t count = std::min<std::uint32_t>(load<std::uint32_t>(header + 0x5C), 16);
    if (optional_header_fixed + count * 8 > size) {
        reader.reject("NumberOfRvaAndSizes",
                      fmt::format("{} directories reach beyond the optional header", count));
    }
    for (std::uint32_t i = 0; i < count; ++i) {
        const std::byte* const entry = header + optional_header_fixed + std::size_t{i} * 8;
        headers.directories[i] = {load<std::uint32_t>(entry), load<std::uint32_t>(entry + 4)};
    }
    if (headers.directory(DirectoryIndex::clr).rva != 0) {
        reader.reject("DataDirectory[14]", "a .NET program; there is no common language runtime");
    }
    headers.section_table = offset + size;
}

std::string section_name(const std::byte* header) {
    std::string name;
    for (int i = 0; i < 8 && header[i] != std::byte{0}; ++i) {
        name.push_back(char(header[i]));
    }
    return name;
}

/// One IMAGE_SECTION_HEADER; `floor` is the end of what stands before it in the image.
Section read_section(const Reader& reader, const Headers& headers, const std::byte* header,
                     std::uint32_t number, std::uint64_t& floor) {
    Section section;
    section.name = section_name(header);
    const auto field = [&](std::string_view name) {
        return fmt::format("section {} ({}) {}", number, section.name, name);
    };
    const auto virtual_size = load<std::uint32_t>(header + 8);
    section.rva = load<std::uint32_t>(header + 12);
    const auto raw_size = load<std::uint32_t>(header + 16);
    const auto raw_offset = load<std::uint32_t>(header + 20);
    const auto flags = load<std::uint32_t>(header + 36);
    section.executable = (flags & 0x20000000) != 0;
    section.readable = (flags & 0x40000000) != 0;
    section.writable = (flags & 0x80000000) != 0;

    const std::uint64_t wanted = virtual_size != 0 ? virtual_size : raw_size;
    const std::uint64_t size = align_up<std::uint64_t>(wanted, page_size);
    if (size == 0) {
        reader.reject(field("VirtualSize"), "the section is empty");
    }
    if (section.rva % headers.section_alignment != 0) {
        reader.reject(field("VirtualAddress"),
                      fmt::format("{:#x} is not a multiple of SectionAlignment", section.rva));
    }
    if (section.rva < floor) {
        reader.reject(field("VirtualAddress"),
                      fmt::format("{:#x} overlaps what ends at {:#x}", section.rva, floor));
    }
    if (section.rva + size > align_up<std::uint64_t>(reader.image.size, page_size)) {
        reader.reject(
            field("VirtualSize"),
            fmt::format("the section ends at {:#x}, beyond SizeOfImage", section.rva + size));
    }
    section.size = static_cast<std::uint32_t>(size);
    floor = section.rva + size;
    if (raw_size != 0 && raw_offset != 0) {
        if (raw_offset % 0x200 != 0) {
            reader.reject(field("PointerToRawData"),
                          fmt::format("{:#x} is not a multiple of 0x200", raw_offset));
        }
        if (raw_offset < headers.size_of_headers) {
            reader.reject(field("PointerToRawData"),
                          fmt::format("{:#x} overlaps the headers", raw_offset));
        }
        const auto raw = reader.at(raw_offset, raw_size, field("SizeOfRawData"));
        const auto used = raw.first(std::min<std::uint64_t>(raw_size, size));
        section.bytes.assign(used.begin(), used.end());
    }
    return section;
}

void read_sections(Reader& reader, const Headers& headers) {
    const std::uint64_t table_size = std::uint64_t{headers.section_count} * section_header_size;
    const auto table = reader.at(headers.section_table, table_size, "section table");
    if (headers.size_of_headers < headers.section_table + table_size) {
        reader.reject("SizeOfHeaders",
                      fmt::format("{:#x} ends inside the section table", headers.size_of_headers));
    }
    if (headers.size_of_headers > reader.image.size) {
        reader.reject("SizeOfHeaders",
                      fmt::format("{:#x} is beyond SizeOfImage", headers.size_of_headers));
    }
    const auto header_bytes = reader.at(0, headers.size_of_headers, "SizeOfHeaders");
    reader.image.headers.assign(header_bytes.begin(), header_bytes.end());

    std::uint64_t floor = align_up<std::uint64_t>(headers.size_of_headers, page_size);
    std::uint64_t stored = 0;
    for (std::uint32_t i = 0; i < headers.section_count; ++i) {
        Section section = read_section(
            reader, headers, table.data() + std::size_t{i} * section_header_size, i + 1, floor);
        stored += section.bytes.size();
        // Sections that share file bytes could multiply the file's size by 96.
        if (stored > reader.bytes().size()) {
            reader.reject(fmt::format("section {} ({}) SizeOfRawData", i + 1, section.name),
                          "sections overlap in the file");
        }
        reader.image.sections.push_back(std::move(section));
    }
    if (reader.image.entry != 0 && reader.image.section_at(reader.image.entry) == nullptr) {
        reader.reject("AddressOfEntryPoint",
                      fmt::format("{:#x} lies in no section", reader.image.entry));
    }
}

Image read(Reader& reader) {
    Headers headers;
    const std::uint32_t file_header = read_dos_header(reader);
    const std::uint16_t optional_size = read_file_header(reader, file_header, headers);
    read_optional_header(reader, file_header + 20, optional_size, headers);
    read_sections(reader, headers);
    read_exports(reader, headers.directory(DirectoryIndex::exports));
    read_imports(reader, headers.directory(DirectoryIndex::imports));
    reader.image.relocatable =
        (reader.image.characteristics & characteristic_relocations_stripped) == 0;
    read_relocations(reader, headers.directory(DirectoryIndex::relocations));
    read_tls(reader, headers.directory(DirectoryIndex::tls));
    read_symbols(reader, headers.symbol_table, headers.symbol_count);
    return std::move(reader.image);
}

}  // namespace

Expected<Image, ImageError> read_pe(std::string_view file, std::span<const std::byte> bytes) {
    Reader reader(file, bytes);
    try {
        return read(reader);
    } catch (pe::Rejected& rejected) {
        return Unexpected{std::move(rejected.error)};
    }
}

}  // namespace ringside::guest
