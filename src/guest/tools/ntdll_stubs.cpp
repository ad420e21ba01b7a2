// SPDX-License-Identifier: MIT
//
// ntdll_stubs FORM PROFILE EXPORTS OUT.S OUT.def
//
// Build tool: writes the system-call stubs of the guest's ntdll.dll, one for each `nt` row of the
// profile, as bytes for the assembler, and the library's export list, EXPORTS followed by an Nt
// and a Zw name for each stub. Each stub stands in a slot that any form would fit.
#include <cstdlib>
#include <exception>
#include <fstream>
#include <iostream>
#include <sstream>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "base/ensure.hpp"
#include "base/text.hpp"
#include "guest/stub_generator.hpp"

namespace {

using namespace ringside;

std::string contents(const char* path) {
    std::ifstream file(path, std::ios::binary);
    if (!file) {
        throw InputError(1, fmt::format("{}: cannot be read", path));
    }
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

void write(const char* path, const std::string& text) {
    std::ofstream file(path, std::ios::binary);
    file << text;
    if (!file.flush()) {
        throw InputError(1, fmt::format("{}: cannot be written", path));
    }
}

std::string assembly(const std::string& suffix, const std::vector<std::byte>& stub) {
    std::string text =
        fmt::format("        .globl  _Nt{0}, _Zw{0}\n_Nt{0}:\n_Zw{0}:\n        .byte   ", suffix);
    const char* separator = "";
    for (const std::byte b : stub) {
        text += fmt::format("{}0x{:02X}", separator, static_cast<unsigned>(b));
        separator = ", ";
    }
    return text + fmt::format("\n        .balign {}, 0x90\n", guest::stub_slot);
}

void generate(guest::StubForm form, char** paths) {
    const std::string profile = contents(paths[0]);
    std::string stubs = fmt::format("        .text\n        .balign {}, 0x90\n", guest::stub_slot);
    std::string exports = contents(paths[1]);
    for (const std::string_view line : lines_of(profile)) {
        const auto fields = split(line, '\t');
        if (fields.size() < 4 || fields[3] != "nt" || !fields[1].starts_with("Nt")) {
            continue;
        }
        const auto number = parse_number(fields[0]);
        const auto bytes = parse_number(fields[2]);
        if (!number || !bytes) {
            throw InputError(1, fmt::format("{}: {}: no number or argument bytes", paths[0], line));
        }
        const std::string suffix = fmt::format("{}@{}", fields[1].substr(2), *bytes);
        stubs += assembly(suffix, guest::encode_stub(form, static_cast<std::uint32_t>(*number),
                                                     static_cast<std::uint16_t>(*bytes)));
        exports += fmt::format("    Nt{0}\n    Zw{0}\n", suffix);
    }
    write(paths[2], stubs);
    write(paths[3], exports);
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 6) {
        std::cerr << "usage: ntdll_stubs FORM PROFILE EXPORTS OUT.S OUT.def\n";
        return EXIT_FAILURE;
    }
    try {
        const auto form = guest::stub_form_named(argv[1]);
        if (!form) {
            throw InputError(1, fmt::format("{}: no such form of a stub", argv[1]));
        }
        generate(*form, argv + 2);
        return EXIT_SUCCESS;
    } catch (const std::exception& error) {
        std::cerr << "ntdll_stubs: " << error.what() << '\n';
        return EXIT_FAILURE;
    }
}
