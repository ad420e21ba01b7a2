// SPDX-License-Identifier: MIT
#include "guest/patch_object.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/bits.hpp"
#include "base/ensure.hpp"
#include "guest/elf_reader.hpp"

namespace ringside::guest {
namespace {

// System V ABI, "Object Files", and its Intel386 supplement.
constexpr std::uint16_t type_relocatable = 1;
constexpr std::uint32_t binding_global = 1;
constexpr std::uint16_t index_undefined = 0;
constexpr std::uint16_t index_absolute = 0xFFF1;
constexpr std::uint32_t relocation_32 = 1;
constexpr std::uint32_t relocation_pc32 = 2;
constexpr std::uint32_t relocation_plt32 = 4;

constexpr std::size_t symbol_size = ElfReader::symbol_size;
constexpr std::size_t relocation_size = 8;

/// The global names of one section, with their offsets in it.
std::vector<ModuleSymbol> globals_of(const ElfReader& reader, std::span<const std::byte> table,
                                     std::span<const std::byte> strings, std::uint32_t section) {
    std::vector<ModuleSymbol> result;
    for (std::size_t at = 0; at + symbol_size <= table.size(); at += symbol_size) {
        const ElfReader::Symbol symbol = ElfReader::symbol(table, at);
        if (symbol.binding == binding_global && symbol.section == section) {
            result.push_back({.address = LinearAddress{symbol.value},
                              .name = std::string(reader.string(strings, symbol.name, "st_name")),
                              .size = symbol.size});
        }
    }
    return result;
}

}  // namespace

PatchObject::PatchObject(std::string_view file, std::span<const std::byte> bytes) : file_(file) {
    const ElfReader reader(file, bytes);
    if (reader.type() != type_relocatable) {
        reader.fail("e_type", "not a relocatable file; assemble without linking");
    }
    const auto sections = reader.sections();
    const auto& names =
        reader.section(sections, load<std::uint16_t>(bytes.data() + 50), "e_shstrndx");
    std::optional<std::uint32_t> text;
    for (std::uint32_t i = 0; i < sections.size() && !text; ++i) {
        if (reader.string(names.bytes, sections[i].name, "sh_name") == ".text") {
            text = i;
        }
    }
    if (!text || sections[*text].bytes.empty()) {
        reader.fail(".text", "empty or missing: there is nothing to place");
    }
    text_.assign(sections[*text].bytes.begin(), sections[*text].bytes.end());
    for (const ElfReader::Section& table : sections) {
        if (table.type == ElfReader::section_symbols) {
            const auto& strings = reader.section(sections, table.link, "sh_link of .symtab");
            symbols_ = globals_of(reader, table.bytes, strings.bytes, *text);
        }
    }
    for (const ElfReader::Section& table : sections) {
        if (table.type != ElfReader::section_rel || table.info != *text) {
            continue;
        }
        const auto& symbols = reader.section(sections, table.link, "sh_link of .rel.text");
        if (symbols.type != ElfReader::section_symbols) {
            reader.fail("sh_link of .rel.text", "names no symbol table");
        }
        const auto& strings = reader.section(sections, symbols.link, "sh_link of .symtab");
        for (std::size_t at = 0; at + relocation_size <= table.bytes.size();
             at += relocation_size) {
            const auto offset = load<std::uint32_t>(table.bytes.data() + at);
            const auto info = load<std::uint32_t>(table.bytes.data() + at + 4);
            if (offset > text_.size() || text_.size() - offset < 4) {
                reader.fail("r_offset", fmt::format("{:#x} lies outside .text", offset));
            }
            const std::uint32_t type = info & 0xFF;
            if (type != relocation_32 && type != relocation_pc32 && type != relocation_plt32) {
                reader.fail("r_info", fmt::format("relocation type {} at {:#x}; only R_386_32 and "
                                                  "R_386_PC32 can be placed",
                                                  type, offset));
            }
            const std::size_t symbol = std::size_t{info >> 8} * symbol_size;
            if (symbol + symbol_size > symbols.bytes.size()) {
                reader.fail("r_info", "names a symbol that is not there");
            }
            const std::byte* const s = symbols.bytes.data() + symbol;
            const auto home = load<std::uint16_t>(s + 14);
            Relocation relocation;
            relocation.offset = offset;
            relocation.relative = type != relocation_32;
            relocation.value = load<std::uint32_t>(s + 4);
            if (home == index_undefined) {
                relocation.target = Target::outside;
                relocation.name = reader.string(strings.bytes, load<std::uint32_t>(s), "st_name");
            } else if (home == index_absolute) {
                relocation.target = Target::absolute;
            } else if (home == *text) {
                relocation.target = Target::inside;
            } else {
                reader.fail("st_shndx", "code refers to another section; only .text is placed");
            }
            relocations_.push_back(std::move(relocation));
        }
    }
}

std::vector<std::byte> PatchObject::placed_at(LinearAddress at, const Lookup& lookup) const {
    std::vector<std::byte> result = text_;
    for (const Relocation& relocation : relocations_) {
        std::uint32_t value = relocation.value;
        if (relocation.target == Target::inside) {
            value += at.value;
        } else if (relocation.target == Target::outside) {
            const auto found = lookup(relocation.name);
            if (!found) {
                throw InputError(
                    2, fmt::format("{}: symbol '{}' is not in the guest, or in several modules",
                                   file_, relocation.name));
            }
            value = found->value;
        }
        if (relocation.relative) {
            value -= at.value + relocation.offset;
        }
        std::byte* const place = result.data() + relocation.offset;
        store<std::uint32_t>(place, load<std::uint32_t>(place) + value);
    }
    return result;
}

}  // namespace ringside::guest
