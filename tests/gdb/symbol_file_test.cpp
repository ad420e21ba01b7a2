// SPDX-License-Identifier: MIT
#include "gdb/symbol_file.hpp"

#include <catch2/catch.hpp>

#include "guest/elf_reader.hpp"

namespace ringside::gdb {
namespace {

guest::Module module() {
    return {
        "ntdll",
        LinearAddress{0x7C900000},
        0x2000,
        {{LinearAddress{0x7C900100}, "NtClose", 10}, {LinearAddress{0x7C900100}, "ZwClose", 10}}};
}

std::vector<std::string> names_of(const std::string& file) {
    const guest::ElfReader elf("test", std::as_bytes(std::span(file)));
    const auto sections = elf.sections();
    std::vector<std::string> names;
    for (const auto& section : sections) {
        if (section.type != guest::ElfReader::section_symbols) {
            continue;
        }
        const auto& strings = sections.at(section.link).bytes;
        for (std::size_t at = 0; at < section.bytes.size(); at += guest::ElfReader::symbol_size) {
            names.emplace_back(
                elf.string(strings, guest::ElfReader::symbol(section.bytes, at).name, "names"));
        }
    }
    return names;
}

}  // namespace

TEST_CASE("symbol file: an ELF reader finds each name, and the first with its module", "[gdb]") {
    const std::string file = symbol_file(module(), Placed::as_library, "", 0);
    CHECK(names_of(file) == std::vector<std::string>{"", "NtClose", "ZwClose", "ntdll!NtClose"});
}

TEST_CASE("symbol file: addresses of a library count from its base", "[gdb]") {
    const auto first_symbol = [](const std::string& file) {
        const guest::ElfReader elf("test", std::as_bytes(std::span(file)));
        return guest::ElfReader::symbol(elf.sections().at(2).bytes, guest::ElfReader::symbol_size);
    };
    CHECK(first_symbol(symbol_file(module(), Placed::as_library, "", 0)).value == 0x100);
    CHECK(first_symbol(symbol_file(module(), Placed::as_program, "", 0)).value == 0x7C900100);
    CHECK(first_symbol(symbol_file(module(), Placed::as_program, "", 0)).size == 10);
}

}  // namespace ringside::gdb
