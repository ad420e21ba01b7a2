// SPDX-License-Identifier: MIT
#include "guest/patch_object.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/bits.hpp"
#include "base/ensure.hpp"

namespace ringside::guest {
namespace {

// System V ABI, "Object Files", and its Intel386 supplement.
constexpr std::uint16_t type_relocatable = 1;
constexpr std::uint16_t machine_386 = 3;
constexpr std::uint32_t section_symbols = 2;
constexpr std::uint32_t section_rel = 9;
constexpr std::uint32_t binding_global = 1;
constexpr std::uint16_t index_undefined = 0;
constexpr std::uint16_t index_absolute = 0xFFF1;
constexpr std::uint32_t relocation_32 = 1;
constexpr std::uint32_t relocation_pc32 = 2;
constexpr std::uint32_t relocation_plt32 = 4;

constexpr std::size_t header_size = 52;
constexpr std::size_t section_header_size = 40;
constexpr std::size_t symbol_size = 16;
constexpr std::size_t relocation_size = 8;

struct SectionHeader {
    std::uint32_t name = 0;
    std::uint32_t type = 0;
    std::uint32_t link = 0;
    std::uint32_t info = 0;
    std::span<const std::byte> bytes;
};

class Reader {
  public:
    Reader(std::string_view file, std::span<const std::byte> bytes) : file_(file), bytes_(bytes) {}

    [[noreturn]] void fail(std::string_view field, std::string_view reason) const {
        throw InputError(126, fmt::format("{}: {}: {}", file_, field, reason));
    }

    [[nodiscard]] std::span<const std::byte> part(std::uint64_t offset, std::uint64_t size,
                                                  std::string_view field) const {
        if (offset > bytes_.size() || size > bytes_.size() - offset) {
            fail(field, "lies outside the file");
        }
        return bytes_.subspan(offset, size);
    }

    [[nodiscard]] std::vector<SectionHeader> sections() const {
        if (bytes_.size() < header_size ||
            load<std::uint32_t>(bytes_.data()) != 0x464C457FU) {  // 7F 'E' 'L' 'F'
            fail("e_ident", "not an ELF file");
        }
        const std::byte* const h = bytes_.data();
        if (load<std::uint8_t>(h + 4) != 1 || load<std::uint8_t>(h + 5) != 1) {
            fail("e_ident", "not a 32-bit little-endian file");
        }
        if (load<std::uint16_t>(h + 16) != type_relocatable) {
            fail("e_type", "not a relocatable file; assemble without linking");
        }
        if (load<std::uint16_t>(h + 18) != machine_386) {
            fail("e_machine", "not for the i386");
        }
        if (load<std::uint16_t>(h + 46) != section_header_size) {
            fail("e_shentsize", "not 40");
        }
        const std::uint32_t offset = load<std::uint32_t>(h + 32);
        const std::uint32_t count = load<std::uint16_t>(h + 48);
        const auto table = part(offset, std::uint64_t{count} * section_header_size, "e_shoff");
        std::vector<SectionHeader> result;
        for (std::uint32_t i = 0; i < count; ++i) {
            const std::byte* const s = table.data() + i * section_header_size;
            SectionHeader header;
            header.name = load<std::uint32_t>(s);
            header.type = load<std::uint32_t>(s + 4);
            header.link = load<std::uint32_t>(s + 24);
            header.info = load<std::uint32_t>(s + 28);
            constexpr std::uint32_t no_bits = 8;
            if (header.type != no_bits && header.type != 0) {
                header.bytes =
                    part(load<std::uint32_t>(s + 16), load<std::uint32_t>(s + 20), "sh_offset");
            }
            result.push_back(header);
        }
        return result;
    }

    [[nodiscard]] std::string_view string(std::span<const std::byte> table, std::uint32_t at,
                                          std::string_view field) const {
        const auto end = at < table.size()
                             ? std::find(table.begin() + at, table.end(), std::byte{0})
                             : table.end();
        if (end == table.end()) {
            fail(field, "names a string outside its table");
        }
        return {reinterpret_cast<const char*>(table.data()) + at,
                static_cast<std::size_t>(end - table.begin()) - at};
    }

    [[nodiscard]] const SectionHeader& section(const std::vector<SectionHeader>& all,
                                               std::uint32_t index, std::string_view field) const {
        if (index >= all.size()) {
            fail(field, "names a section that is not there");
        }
        return all[index];
    }

    /// The global names of one section, with their offsets in it.
    [[nodiscard]] std::vector<ModuleSymbol> globals_of(std::span<const std::byte> table,
                                                       std::span<const std::byte> strings,
                                                       std::uint32_t section) const {
        std::vector<ModuleSymbol> result;
        for (std::size_t at = 0; at + symbol_size <= table.size(); at += symbol_size) {
            const std::byte* const s = table.data() + at;
            const std::uint32_t binding = load<std::uint8_t>(s + 12) >> 4;
            if (binding == binding_global && load<std::uint16_t>(s + 14) == section) {
                result.push_back(
                    {.address = LinearAddress{load<std::uint32_t>(s + 4)},
                     .name = std::string(string(strings, load<std::uint32_t>(s), "st_name")),
                     .size = load<std::uint32_t>(s + 8)});
            }
        }
        return result;
    }

  private:
    std::string_view file_;
    std::span<const std::byte> bytes_;
};

}  // namespace

PatchObject::PatchObject(std::string_view file, std::span<const std::byte> bytes) : file_(file) {
    const Reader reader(file, bytes);
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
    for (const SectionHeader& table : sections) {
        if (table.type == section_symbols) {
            const auto& strings = reader.section(sections, table.link, "sh_link of .symtab");
            symbols_ = reader.globals_of(table.bytes, strings.bytes, *text);
        }
    }
    for (const SectionHeader& table : sections) {
        if (table.type != section_rel || table.info != *text) {
            continue;
        }
        const auto& symbols = reader.section(sections, table.link, "sh_link of .rel.text");
        if (symbols.type != section_symbols) {
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
