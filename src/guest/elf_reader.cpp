// SPDX-License-Identifier: MIT
#include "guest/elf_reader.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/bits.hpp"
#include "base/ensure.hpp"

namespace ringside::guest {
namespace {

constexpr std::uint16_t machine_386 = 3;
constexpr std::uint32_t section_null = 0;
constexpr std::uint32_t section_no_bits = 8;
constexpr std::uint32_t segment_load = 1;
constexpr std::size_t header_size = 52;
constexpr std::size_t section_header_size = 40;
constexpr std::size_t program_header_size = 32;

}  // namespace

bool ElfReader::is_elf(std::span<const std::byte> bytes) {
    return bytes.size() >= 4 && load<std::uint32_t>(bytes.data()) == 0x464C457FU;  // 7F 'E' 'L' 'F'
}

ElfReader::ElfReader(std::string_view file, std::span<const std::byte> bytes)
    : file_(file), bytes_(bytes) {
    if (!is_elf(bytes)) {
        fail("e_ident", "not an ELF file");
    }
    if (bytes.size() < header_size) {
        fail("e_ident", "the file ends inside its header");
    }
    const std::byte* const h = bytes.data();
    if (load<std::uint8_t>(h + 4) != 1 || load<std::uint8_t>(h + 5) != 1) {
        fail("e_ident", "not a 32-bit little-endian file");
    }
    if (load<std::uint16_t>(h + 18) != machine_386) {
        fail("e_machine", "not for the i386");
    }
}

void ElfReader::fail(std::string_view field, std::string_view reason) const {
    throw InputError(126, fmt::format("{}: {}: {}", file_, field, reason));
}

std::span<const std::byte> ElfReader::part(std::uint64_t offset, std::uint64_t size,
                                           std::string_view field) const {
    if (offset > bytes_.size() || size > bytes_.size() - offset) {
        fail(field, "lies outside the file");
    }
    return bytes_.subspan(offset, size);
}

std::uint16_t ElfReader::type() const {
    return load<std::uint16_t>(bytes_.data() + 16);
}

std::uint32_t ElfReader::entry() const {
    return load<std::uint32_t>(bytes_.data() + 24);
}

std::vector<ElfReader::Section> ElfReader::sections() const {
    const std::byte* const h = bytes_.data();
    if (load<std::uint16_t>(h + 46) != section_header_size) {
        fail("e_shentsize", "not 40");
    }
    const std::uint32_t count = load<std::uint16_t>(h + 48);
    const auto table =
        part(load<std::uint32_t>(h + 32), std::uint64_t{count} * section_header_size, "e_shoff");
    std::vector<Section> result;
    for (std::uint32_t i = 0; i < count; ++i) {
        const std::byte* const s = table.data() + i * section_header_size;
        Section section;
        section.name = load<std::uint32_t>(s);
        section.type = load<std::uint32_t>(s + 4);
        section.link = load<std::uint32_t>(s + 24);
        section.info = load<std::uint32_t>(s + 28);
        if (section.type != section_no_bits && section.type != section_null) {
            section.bytes =
                part(load<std::uint32_t>(s + 16), load<std::uint32_t>(s + 20), "sh_offset");
        }
        result.push_back(section);
    }
    return result;
}

std::vector<ElfReader::Segment> ElfReader::segments() const {
    const std::byte* const h = bytes_.data();
    if (load<std::uint16_t>(h + 42) != program_header_size) {
        fail("e_phentsize", "not 32");
    }
    const std::uint32_t count = load<std::uint16_t>(h + 44);
    const auto table =
        part(load<std::uint32_t>(h + 28), std::uint64_t{count} * program_header_size, "e_phoff");
    std::vector<Segment> result;
    for (std::uint32_t i = 0; i < count; ++i) {
        const std::byte* const p = table.data() + i * program_header_size;
        if (load<std::uint32_t>(p) != segment_load) {
            continue;
        }
        Segment segment;
        segment.linear = load<std::uint32_t>(p + 8);
        segment.physical = load<std::uint32_t>(p + 12);
        segment.size = load<std::uint32_t>(p + 20);
        segment.bytes = part(load<std::uint32_t>(p + 4), load<std::uint32_t>(p + 16), "p_offset");
        if (segment.bytes.size() > segment.size) {
            fail("p_memsz", "smaller than p_filesz");
        }
        if (segment.size != 0) {
            result.push_back(segment);
        }
    }
    return result;
}

const ElfReader::Section& ElfReader::section(const std::vector<Section>& all, std::uint32_t index,
                                             std::string_view field) const {
    if (index >= all.size()) {
        fail(field, "names a section that is not there");
    }
    return all[index];
}

std::string_view ElfReader::string(std::span<const std::byte> table, std::uint32_t at,
                                   std::string_view field) const {
    const auto end =
        at < table.size() ? std::find(table.begin() + at, table.end(), std::byte{0}) : table.end();
    if (end == table.end()) {
        fail(field, "names a string outside its table");
    }
    return {reinterpret_cast<const char*>(table.data()) + at,
            static_cast<std::size_t>(end - table.begin()) - at};
}

ElfReader::Symbol ElfReader::symbol(std::span<const std::byte> table, std::size_t at) {
    const std::byte* const s = table.data() + at;
    const std::uint32_t info = load<std::uint8_t>(s + 12);
    return {.name = load<std::uint32_t>(s),
            .value = load<std::uint32_t>(s + 4),
            .size = load<std::uint32_t>(s + 8),
            .type = info & 0xF,
            .binding = info >> 4,
            .section = load<std::uint16_t>(s + 14)};
}

}  // namespace ringside::guest
