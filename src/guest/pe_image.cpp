// SPDX-License-Identifier: MIT
#include "guest/pe_image.hpp"

#include <algorithm>
#include <bit>

#include "base/address.hpp"
#include "guest/pe_reader.hpp"

namespace ringside::guest {
namespace {

using pe::Directory;
using pe::DirectoryIndex;
using pe::Headers;
using pe::Reader;

constexpr std::uint16_t machine_i386 = 0x14C;
constexpr std::uint16_t characteristic_executable = 0x0002;
constexpr std::uint16_t characteristic_relocations_stripped = 0x0001;
constexpr std::uint16_t characteristic_dll = 0x2000;
constexpr std::uint16_t most_sections = 96;
constexpr std::uint32_t optional_header_fixed = 96;
/// User space below MmUserProbeAddress, less the first 64 KiB.
constexpr std::uint32_t largest_image = 0x7FFE0000;

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
