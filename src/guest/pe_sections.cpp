// SPDX-License-Identifier: MIT
#include <algorithm>

#include "base/address.hpp"
#include "guest/pe_reader.hpp"

namespace ringside::guest::pe {
namespace {

constexpr std::uint32_t section_header_size = 40;

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
        section.file_offset = raw_offset;
        section.bytes.assign(used.begin(), used.end());
    }
    return section;
}

}  // namespace

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

}  // namespace ringside::guest::pe
