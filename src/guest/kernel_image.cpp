// SPDX-License-Identifier: MIT
#include "guest/kernel_image.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/ensure.hpp"
#include "guest/elf_reader.hpp"
#include "guest/multiboot_header.hpp"

namespace ringside::guest {
namespace {

constexpr std::uint16_t type_executable = 2;
constexpr std::uint32_t symbol_section = 3;  ///< STT_SECTION and above: no names of code or data
constexpr std::uint16_t undefined = 0;
constexpr std::uint16_t first_reserved = 0xFF00;  ///< SHN_LORESERVE: absolute values and such

std::vector<ModuleSymbol> all_symbols(const ElfReader& reader) {
    std::vector<ModuleSymbol> result;
    const auto sections = reader.sections();
    for (const ElfReader::Section& table : sections) {
        if (table.type != ElfReader::section_symbols) {
            continue;
        }
        const auto& strings = reader.section(sections, table.link, "sh_link of .symtab");
        for (std::size_t at = 0; at + ElfReader::symbol_size <= table.bytes.size();
             at += ElfReader::symbol_size) {
            const ElfReader::Symbol symbol = ElfReader::symbol(table.bytes, at);
            if (symbol.section == undefined || symbol.section >= first_reserved ||
                symbol.type >= symbol_section) {
                continue;
            }
            const std::string_view name = reader.string(strings.bytes, symbol.name, "st_name");
            if (!name.empty()) {
                result.push_back({LinearAddress{symbol.value}, std::string(name), symbol.size});
            }
        }
    }
    return result;
}

/// One module a segment, since a kernel may be linked for two places 3 GiB apart.
std::vector<Module> modules_of(const ElfReader& reader, std::string_view name) {
    const auto symbols = all_symbols(reader);
    std::vector<Module> result;
    for (const ElfReader::Segment& segment : reader.segments()) {
        Module module{std::string(name), LinearAddress{segment.linear}, segment.size, {}};
        std::copy_if(symbols.begin(), symbols.end(), std::back_inserter(module.symbols),
                     [&segment](const ModuleSymbol& symbol) {
                         return symbol.address.value - segment.linear < segment.size;
                     });
        result.push_back(std::move(module));
    }
    return result;
}

/// Names are a comfort: a file whose section tables are gone or broken runs without.
std::vector<Module> modules_or_places(const ElfReader& reader, std::string_view name) {
    try {
        return modules_of(reader, name);
    } catch (const InputError&) {
        std::vector<Module> result;
        for (const ElfReader::Segment& segment : reader.segments()) {
            result.push_back({std::string(name), LinearAddress{segment.linear}, segment.size, {}});
        }
        return result;
    }
}

/// The entry point is linear where the segment that has it is loaded elsewhere.
std::uint32_t physical_entry(std::uint32_t entry, std::span<const ElfReader::Segment> segments) {
    for (const ElfReader::Segment& segment : segments) {
        if (entry - segment.linear < segment.size) {
            return entry - segment.linear + segment.physical;
        }
    }
    return entry;
}

void read_elf(KernelImage& image, const ElfReader& reader) {
    if (reader.type() != type_executable) {
        reader.fail("e_type", "not an executable linked for fixed addresses");
    }
    const auto segments = reader.segments();
    if (segments.empty()) {
        reader.fail("e_phnum", "no segment to load");
    }
    for (const ElfReader::Segment& segment : segments) {
        image.parts.push_back(
            {{segment.physical}, segment.size, {segment.bytes.begin(), segment.bytes.end()}});
    }
    image.entry = physical_entry(reader.entry(), segments);
}

void read_addresses(KernelImage& image, const MultibootHeader& header,
                    std::span<const std::byte> bytes) {
    const MultibootHeader::Addresses& a = *header.addresses;
    const auto from = bytes.subspan(header.offset - (a.header - a.load));
    const auto data = a.load_end != 0 ? from.first(a.load_end - a.load) : from;
    const auto size = a.bss_end != 0 ? a.bss_end - a.load : static_cast<std::uint32_t>(data.size());
    image.parts.push_back({{a.load}, size, {data.begin(), data.end()}});
    image.entry = a.entry;
}

}  // namespace

bool looks_like_kernel(std::span<const std::byte> bytes) {
    if (ElfReader::is_elf(bytes)) {
        return true;
    }
    try {
        return find_multiboot_header({}, bytes).has_value();
    } catch (const InputError&) {
        return true;
    }
}

KernelImage read_kernel(std::string_view file, std::string_view name,
                        std::span<const std::byte> bytes) {
    KernelImage image;
    image.name = name;
    const auto header = find_multiboot_header(file, bytes);
    image.multiboot = header.has_value();
    if (ElfReader::is_elf(bytes)) {
        const ElfReader reader(file, bytes);
        if (header && header->addresses) {
            read_addresses(image, *header, bytes);
        } else {
            read_elf(image, reader);
        }
        image.modules = modules_or_places(reader, name);
    } else if (header && header->addresses) {
        read_addresses(image, *header, bytes);
        const KernelPart& part = image.parts.front();
        image.modules.push_back({image.name, {part.at.value}, part.size, {}});
    } else {
        throw InputError(126, fmt::format("{}: neither an ELF file nor a Multiboot image with "
                                          "addresses; a flat image wants FILE@ADDR",
                                          file));
    }
    return image;
}

std::vector<Module> read_symbols(std::string_view file, std::string_view name,
                                 std::span<const std::byte> bytes) {
    return modules_of(ElfReader(file, bytes), name);
}

}  // namespace ringside::guest
