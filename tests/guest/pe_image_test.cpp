// SPDX-License-Identifier: MIT
#include "guest/pe_image.hpp"

#include <functional>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "guest/pe_builder.hpp"

using namespace ringside;
using guest::test::PeBuilder;

namespace {

constexpr auto optional_header = PeBuilder::optional_header;
constexpr auto section = PeBuilder::section_table;

std::string refusal(const PeBuilder& file) {
    const auto image = guest::read_pe("bad.exe", file.bytes());
    return image ? "accepted" : image.error().text();
}

}  // namespace

TEST_CASE("a plain PE32 file gives its layout", "[guest][pe]") {
    const auto image = guest::read_pe("good.exe", PeBuilder().bytes());
    REQUIRE(image);
    CHECK(image->preferred_base == 0x00400000);
    CHECK(image->size == 0x2000);
    CHECK(image->entry == 0x1000);
    CHECK(image->stack_reserve == 0x100000);
    CHECK(image->subsystem == 3);
    CHECK_FALSE(image->library);
    REQUIRE(image->sections.size() == 1);
    CHECK(image->sections[0].name == ".text");
    CHECK(image->sections[0].size == 0x1000);
    CHECK(image->sections[0].bytes.size() == 0x200);
    CHECK(image->sections[0].executable);
    CHECK(image->sections[0].writable);
    CHECK(image->headers.size() == 0x200);
}

TEST_CASE("imports by name and by ordinal", "[guest][pe]") {
    const auto named = guest::read_pe("a.exe", PeBuilder().import("other.dll", "Call").bytes());
    REQUIRE(named);
    REQUIRE(named->imports.size() == 1);
    CHECK(named->imports[0].module == "other.dll");
    REQUIRE(named->imports[0].functions.size() == 1);
    CHECK(named->imports[0].functions[0].name == "Call");
    CHECK(named->imports[0].functions[0].slot == 0x1048);

    const auto numbered = guest::read_pe("a.exe", PeBuilder().import("other.dll", "", 7).bytes());
    REQUIRE(numbered);
    CHECK(numbered->imports[0].functions[0].name.empty());
    CHECK(numbered->imports[0].functions[0].ordinal == 7);
}

TEST_CASE("exports: code, and forwarders", "[guest][pe]") {
    const auto code = guest::read_pe("a.dll", PeBuilder().export_one("Call").bytes());
    REQUIRE(code);
    REQUIRE(code->find_export("Call") != nullptr);
    CHECK(code->find_export("Call")->rva == 0x1000);
    CHECK(code->find_export(5) == code->find_export("Call"));
    CHECK(code->find_export("call") == nullptr);
    CHECK(code->rva_of("Call") == 0x1000U);

    const auto passed = guest::read_pe("a.dll", PeBuilder().export_one("Call", "B.Name").bytes());
    REQUIRE(passed);
    CHECK(passed->find_export("Call")->forwarder == "B.Name");
    CHECK(passed->rva_of("Call") == std::nullopt);
}

TEST_CASE("relocations and TLS directory", "[guest][pe]") {
    PeBuilder file;
    file.directory(5, 0x1010, 12).data32(0x1010, 0x1000).data32(0x1014, 12);
    file.data32(0x1018, 0x00003104);
    file.directory(9, 0x1040, 24).data32(0x1040, 0x401080).data32(0x1044, 0x401088);
    file.data32(0x1048, 0x401090).data32(0x1050, 16);
    const auto image = guest::read_pe("a.exe", file.bytes());
    REQUIRE(image);
    REQUIRE(image->relocations.size() == 1);
    CHECK(image->relocations[0].rva == 0x1104);
    REQUIRE(image->tls.has_value());
    CHECK(image->tls->end - image->tls->start == 8);
    CHECK(image->tls->zero_fill == 16);
}

TEST_CASE("a refusal names file, field and reason in one line", "[guest][pe]") {
    struct Case {
        std::string expected;
        std::function<void(PeBuilder&)> spoil;
    };
    const std::vector<Case> cases{
        {"bad.exe: e_magic: not a PE file: it does not begin with MZ",
         [](PeBuilder& f) { f.put8(0, 'X'); }},
        {"bad.exe: e_magic: not a PE file: it does not begin with MZ",
         [](PeBuilder& f) { f.resize(1); }},
        {"bad.exe: e_lfanew: truncated: wants bytes 0x3c to 0x40, the file has 0x20",
         [](PeBuilder& f) { f.resize(0x20); }},
        {"bad.exe: e_lfanew: 0x81 is not a multiple of 4",
         [](PeBuilder& f) { f.put32(0x3C, 0x81); }},
        {"bad.exe: Signature: truncated: wants bytes 0xfffffffc to 0x100000000, the file has 0x400",
         [](PeBuilder& f) { f.put32(0x3C, 0xFFFFFFFC); }},
        {"bad.exe: Signature: a 16-bit NE program; only PE32 programs run",
         [](PeBuilder& f) { f.put32(0x80, 0x0000454E); }},
        {"bad.exe: Signature: not a PE file: a plain DOS program?",
         [](PeBuilder& f) { f.put32(0x80, 0); }},
        {"bad.exe: Machine: 0x8664 (AMD64): the program is for another CPU, only i386 (0x014c) "
         "runs",
         [](PeBuilder& f) { f.put16(PeBuilder::file_header, 0x8664); }},
        {"bad.exe: NumberOfSections: 0 is not 1 to 96",
         [](PeBuilder& f) { f.put16(PeBuilder::file_header + 2, 0); }},
        {"bad.exe: NumberOfSections: 65535 is not 1 to 96",
         [](PeBuilder& f) { f.put16(PeBuilder::file_header + 2, 0xFFFF); }},
        {"bad.exe: Characteristics: the file was not linked (IMAGE_FILE_EXECUTABLE_IMAGE)",
         [](PeBuilder& f) { f.put16(PeBuilder::file_header + 18, 0); }},
        {"bad.exe: Magic: PE32+ (64-bit); only PE32 programs run",
         [](PeBuilder& f) { f.put16(optional_header, 0x20B); }},
        {"bad.exe: SizeOfOptionalHeader: 64 is below 96",
         [](PeBuilder& f) { f.put16(PeBuilder::file_header + 16, 64); }},
        {"bad.exe: SectionAlignment: 0x200 is not a power of two from 0x1000",
         [](PeBuilder& f) { f.put32(optional_header + 0x20, 0x200); }},
        {"bad.exe: FileAlignment: 0x3 is not a power of two from 0x200 to SectionAlignment",
         [](PeBuilder& f) { f.put32(optional_header + 0x24, 3); }},
        {"bad.exe: ImageBase: 0x401000 is not a multiple of 64 KiB",
         [](PeBuilder& f) { f.put32(optional_header + 0x1C, 0x401000); }},
        {"bad.exe: SizeOfImage: 0xffffffff is not 1 to 0x7ffe0000",
         [](PeBuilder& f) { f.put32(optional_header + 0x38, 0xFFFFFFFF); }},
        {"bad.exe: AddressOfEntryPoint: 0x5000 is outside the image",
         [](PeBuilder& f) { f.put32(optional_header + 0x10, 0x5000); }},
        {"bad.exe: AddressOfEntryPoint: 0x100 lies in no section",
         [](PeBuilder& f) { f.put32(optional_header + 0x10, 0x100); }},
        {"bad.exe: NumberOfRvaAndSizes: 16 directories reach beyond the optional header",
         [](PeBuilder& f) { f.put16(PeBuilder::file_header + 16, 100); }},
        {"bad.exe: DataDirectory[14]: a .NET program; there is no common language runtime",
         [](PeBuilder& f) { f.directory(14, 0x1000, 8); }},
        {"bad.exe: SizeOfHeaders: 0x100 ends inside the section table",
         [](PeBuilder& f) { f.put32(optional_header + 0x3C, 0x100); }},
        {"bad.exe: SizeOfHeaders: truncated: wants bytes 0x0 to 0x1000, the file has 0x400",
         [](PeBuilder& f) { f.put32(optional_header + 0x3C, 0x1000); }},
        {"bad.exe: section 1 (.text) VirtualSize: the section ends at 0x80001000, beyond "
         "SizeOfImage",
         [](PeBuilder& f) { f.put32(section + 8, 0x7FFFFFFF); }},
        {"bad.exe: section 1 (.text) VirtualAddress: 0x0 overlaps what ends at 0x1000",
         [](PeBuilder& f) { f.put32(section + 12, 0); }},
        {"bad.exe: section 1 (.text) VirtualAddress: 0x1004 is not a multiple of SectionAlignment",
         [](PeBuilder& f) { f.put32(section + 12, 0x1004); }},
        {"bad.exe: section 1 (.text) SizeOfRawData: truncated: wants bytes 0x200 to 0x2200, the "
         "file has 0x400",
         [](PeBuilder& f) { f.put32(section + 16, 0x2000); }},
        {"bad.exe: section 1 (.text) PointerToRawData: 0x1 is not a multiple of 0x200",
         [](PeBuilder& f) { f.put32(section + 20, 1); }},
        {"bad.exe: section 1 (.text) PointerToRawData: 0x200 overlaps the headers",
         [](PeBuilder& f) { f.put32(optional_header + 0x3C, 0x400); }},
    };
    for (const Case& c : cases) {
        PeBuilder file;
        c.spoil(file);
        CHECK(refusal(file) == c.expected);
    }
}

TEST_CASE("sections that overlap each other are refused", "[guest][pe]") {
    PeBuilder file;
    file.put16(PeBuilder::file_header + 2, 2);
    file.put32(section + 40, 0x6F77742E).put32(section + 48, 0x1000);
    file.put32(section + 52, 0x1000).put32(section + 76, 0x40000040);
    file.put32(PeBuilder::optional_header + 0x3C, 0x200);
    CHECK(refusal(file) ==
          "bad.exe: section 2 (.two) VirtualAddress: 0x1000 overlaps what ends at 0x2000");
}

TEST_CASE("directories out of range are refused", "[guest][pe]") {
    CHECK(refusal(PeBuilder().directory(0, 0x5000, 40)) ==
          "bad.exe: export directory: rva 0x5000 is outside the image's file bytes");
    CHECK(refusal(PeBuilder().directory(1, 0x11F8, 40)) ==
          "bad.exe: import directory: 0x14 bytes at rva 0x11f8 reach beyond its section");
    CHECK(refusal(PeBuilder().directory(5, 0x1000, 0x10000)) ==
          "bad.exe: relocation directory: 0x10000 bytes at rva 0x1000 reach beyond its section");
    CHECK(refusal(PeBuilder().directory(5, 0x1010, 8).data32(0x1014, 4)) ==
          "bad.exe: relocation directory: a block of 0x4 bytes at 0x0");
    CHECK(refusal(PeBuilder().directory(9, 0x1040, 24).data32(0x1048, 1)) ==
          "bad.exe: TLS directory: index or callbacks are outside the image");
    CHECK(refusal(PeBuilder().export_one("Call").data32(0x1114, 0x7FFFFFFF)) ==
          "bad.exe: export directory: 2147483647 functions and 1 names from ordinal 5");
    CHECK(refusal(PeBuilder().import("other.dll", "Call").data32(0x1040, 0x7000)) ==
          "bad.exe: import other.dll: rva 0x7002 is outside the image's file bytes");
}

TEST_CASE("control characters of a hostile name do not reach the terminal", "[guest][pe]") {
    const guest::ImageError error{"a\nb.exe", "import \x1b[31m", "missing"};
    CHECK(error.text() == "a?b.exe: import ?[31m: missing");
}
