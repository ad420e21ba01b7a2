// SPDX-License-Identifier: MIT
#include "gdb/symbol_file.hpp"

#include <array>
#include <string_view>

#include <fmt/format.h>

#include "gdb/byte_writer.hpp"

namespace ringside::gdb {
namespace {

// System V ABI, "Object Files" and its i386 supplement.
constexpr std::uint32_t header_size = 52;
constexpr std::uint32_t program_header_size = 32;
constexpr std::uint32_t section_header_size = 40;
constexpr std::uint32_t symbol_size = 16;
constexpr std::uint16_t type_executable = 2;
constexpr std::uint16_t type_shared = 3;
constexpr std::uint16_t machine_386 = 3;
constexpr std::uint32_t load = 1;
constexpr std::uint32_t readable_code = 5;
constexpr std::uint8_t global_function = 0x12;

enum class SectionType : std::uint32_t { none = 0, bits = 1, symbols = 2, strings = 3, empty = 8 };
constexpr std::uint32_t allocated_code = 6;

struct Section {
    std::string_view name;
    SectionType type{};
    std::uint32_t flags = 0;
    std::uint32_t address = 0;
    std::uint32_t size = 0;
    std::string_view content{};
    std::uint32_t link = 0;
    std::uint32_t info = 0;
    std::uint32_t alignment = 1;
    std::uint32_t entry_size = 0;
};
/// Places in the table of sections.
enum : std::uint16_t { null, code, symbol_table, string_table, frames, names };

struct Symbols {
    ByteWriter table;
    std::string strings{'\0'};
};

/// gdb prefers, of several names at one address, the one that sorts last. So that NtClose is not
/// ZwClose, only the first of them is there with its module, which sorts behind capitals.
Symbols symbols_of(const guest::Module& module, std::uint32_t bias) {
    Symbols result;
    const auto add = [&](const guest::ModuleSymbol& symbol, std::string_view name) {
        result.table.word(static_cast<std::uint32_t>(result.strings.size()));
        result.table.word(symbol.address.value - bias);
        result.table.word(symbol.size);
        result.table.byte(global_function);
        result.table.byte(0);
        result.table.half(code);
        result.strings += name;
        result.strings += '\0';
    };
    result.table.text(std::string(symbol_size, '\0'));
    for (const guest::ModuleSymbol& symbol : module.symbols) {
        add(symbol, symbol.name);
    }
    const guest::ModuleSymbol* previous = nullptr;
    for (const guest::ModuleSymbol& symbol : module.symbols) {
        if (previous == nullptr || previous->address != symbol.address) {
            add(symbol, fmt::format("{}!{}", module.name, symbol.name));
        }
        previous = &symbol;
    }
    return result;
}

void write_header(ByteWriter& file, Placed placed, std::uint32_t sections_at,
                  std::size_t sections) {
    file.text(
        {"\x7F"
         "ELF\1\1\1\0\0\0\0\0\0\0\0\0",
         16});
    file.half(placed == Placed::as_program ? type_executable : type_shared);
    file.half(machine_386);
    file.word(1);  // version
    file.word(0);  // entry
    file.word(header_size);
    file.word(sections_at);
    file.word(0);  // flags
    file.half(header_size);
    file.half(program_header_size);
    file.half(1);
    file.half(section_header_size);
    file.half(static_cast<std::uint16_t>(sections));
    file.half(names);
}

}  // namespace

std::string symbol_file(const guest::Module& module, Placed placed, std::string_view unwinding,
                        std::uint32_t reserved) {
    const bool fixed = placed == Placed::as_program;
    const std::uint32_t bias = fixed ? 0 : module.base.value;
    const std::uint32_t start = module.base.value - bias;
    const std::uint32_t size = module.size + reserved;
    const Symbols symbols = symbols_of(module, bias);
    constexpr char name_bytes[] = "\0.text\0.symtab\0.strtab\0.debug_frame\0.shstrtab";
    const std::string_view section_names{name_bytes, sizeof name_bytes};
    const std::array<Section, 6> sections{
        {{"", SectionType::none},
         {".text", SectionType::empty, allocated_code, start, size, {}, 0, 0, 16},
         {".symtab", SectionType::symbols, 0, 0, 0, symbols.table.bytes(), string_table, 1, 4,
          symbol_size},
         {".strtab", SectionType::strings, 0, 0, 0, symbols.strings},
         {".debug_frame", SectionType::bits, 0, 0, 0, unwinding, 0, 0, 4},
         {".shstrtab", SectionType::strings, 0, 0, 0, section_names}}};

    ByteWriter contents;
    constexpr std::uint32_t contents_at = header_size + program_header_size;
    std::array<std::uint32_t, sections.size()> offsets{};
    for (std::size_t i = 0; i < sections.size(); ++i) {
        contents.fill_to(4, '\0');
        offsets[i] = contents_at + static_cast<std::uint32_t>(contents.size());
        contents.text(sections[i].content);
    }
    contents.fill_to(4, '\0');

    ByteWriter file;
    write_header(file, placed, contents_at + static_cast<std::uint32_t>(contents.size()),
                 sections.size());
    for (const std::uint32_t field :
         {load, contents_at, start, start, 0U, size, readable_code, std::uint32_t{page_size}}) {
        file.word(field);
    }
    file.text(contents.bytes());
    for (std::size_t i = 0; i < sections.size(); ++i) {
        const Section& section = sections[i];
        const auto name_at = i == null ? 0 : section_names.find(section.name, 1);
        const auto bytes = static_cast<std::uint32_t>(section.content.size());
        for (const std::uint32_t field :
             {static_cast<std::uint32_t>(name_at), static_cast<std::uint32_t>(section.type),
              section.flags, section.address, i == null ? 0U : offsets[i],
              section.type == SectionType::empty ? section.size : bytes, section.link, section.info,
              section.alignment, section.entry_size}) {
            file.word(field);
        }
    }
    return file.bytes();
}

}  // namespace ringside::gdb
