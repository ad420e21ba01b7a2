// SPDX-License-Identifier: MIT
// The guest's own DLLs, as the reader sees them.
#include <fstream>
#include <string>

#include <catch2/catch.hpp>
#include <embedded/guest.hpp>

#include "base/text.hpp"
#include "guest/import_check.hpp"
#include "guest/pe_image.hpp"
#include "guest/stub_generator.hpp"
#include "guest/system_dll.hpp"

using namespace ringside;
using guest::Image;

namespace {

Image ntdll(std::string_view profile = "xp") {
    const auto file = guest::ntdll_of(profile);
    REQUIRE(file.has_value());
    return guest::read_pe("ntdll.dll", *file).value();
}

/// Fields of the rows of a data file.
std::vector<std::vector<std::string>> rows_of(const std::string& file) {
    std::ifstream text(RINGSIDE_PROFILES + file);
    std::vector<std::vector<std::string>> rows;
    for (std::string line; std::getline(text, line);) {
        const auto fields = split(line, '\t');
        if (!line.starts_with('#') || line.starts_with("# key\t")) {
            rows.emplace_back(fields.begin(), fields.end());
        }
    }
    REQUIRE_FALSE(rows.empty());
    return rows;
}

/// A profile with what profiles.tsv says of its stubs.
struct ProfileOfStubs {
    std::string name;
    std::string services;
    guest::StubForm form{};
};

std::vector<ProfileOfStubs> profiles() {
    std::vector<ProfileOfStubs> result;
    const auto rows = rows_of("/profiles.tsv");
    const auto cell = [&rows](std::string_view key, std::size_t column) {
        for (const auto& row : rows) {
            if (row.front() == key) {
                return row.at(column).substr(0, row.at(column).find('?'));
            }
        }
        FAIL("profiles.tsv has no " << key);
        return std::string{};
    };
    for (std::size_t column = 1; column + 1 < rows.front().size(); ++column) {
        const auto form = guest::stub_form_named(cell("stub", column));
        REQUIRE(form.has_value());
        result.push_back({rows.front()[column], cell("services", column), *form});
    }
    REQUIRE(result.size() == 8);
    return result;
}

Image kernel32() {
    return guest::read_pe("kernel32.dll", embedded::kernel32_dll()).value();
}

std::vector<std::byte> bytes_at(const Image& image, std::uint32_t rva, std::size_t count) {
    const guest::Section* const section = image.section_at(rva);
    REQUIRE(section != nullptr);
    REQUIRE(rva - section->rva + count <= section->bytes.size());
    const auto first = section->bytes.begin() + static_cast<std::ptrdiff_t>(rva - section->rva);
    return {first, first + static_cast<std::ptrdiff_t>(count)};
}

std::vector<std::byte> code(std::initializer_list<unsigned> values) {
    std::vector<std::byte> result;
    for (const unsigned value : values) {
        result.push_back(static_cast<std::byte>(value));
    }
    return result;
}

}  // namespace

TEST_CASE("ntdll and kernel32 prefer their classical addresses", "[guest][user]") {
    CHECK(ntdll().preferred_base == 0x7C900000);
    CHECK(ntdll().library);
    CHECK(kernel32().preferred_base == 0x7C800000);
    CHECK(kernel32().preferred_base + kernel32().size <= ntdll().preferred_base);
}

TEST_CASE("every nt row of each profile has its generated stub as Nt and Zw", "[guest][user]") {
    for (const ProfileOfStubs& profile : profiles()) {
        INFO(profile.name);
        const Image image = ntdll(profile.name);
        std::size_t stubs = 0;
        for (const auto& row : rows_of("/" + profile.services + ".tsv")) {
            if (row.at(3) != "nt") {
                continue;
            }
            const auto number = static_cast<std::uint32_t>(parse_number(row[0]).value());
            const auto bytes = static_cast<std::uint16_t>(parse_number(row[2]).value());
            const auto expected = guest::encode_stub(profile.form, number, bytes);
            const guest::Export* const nt = image.find_export(row[1]);
            INFO(row[1]);
            REQUIRE(nt != nullptr);
            CHECK(bytes_at(image, nt->rva, expected.size()) == expected);
            const guest::Export* const zw = image.find_export("Zw" + row[1].substr(2));
            REQUIRE(zw != nullptr);
            CHECK(zw->rva == nt->rva);
            ++stubs;
        }
        CHECK(stubs > 200);
    }
    CHECK_FALSE(guest::ntdll_of("95").has_value());
}

TEST_CASE("the system-call entries are the classical bytes", "[guest][user]") {
    const Image image = ntdll();
    const std::uint32_t fast = image.find_export("KiFastSystemCall")->rva;
    CHECK(bytes_at(image, fast, 5) == code({0x8B, 0xD4, 0x0F, 0x34, 0xC3}));
    CHECK(image.find_export("KiFastSystemCallRet")->rva == fast + 4);
    CHECK(bytes_at(image, image.find_export("KiIntSystemCall")->rva, 7) ==
          code({0x8D, 0x54, 0x24, 0x08, 0xCD, 0x2E, 0xC3}));
    CHECK(bytes_at(image, image.find_export("DbgBreakPoint")->rva, 2) == code({0xCC, 0xC3}));
    // lea edi,[esp+10h]; pop eax; call eax; push 1; push edi
    CHECK(bytes_at(image, image.find_export("KiUserApcDispatcher")->rva, 10) ==
          code({0x8D, 0x7C, 0x24, 0x10, 0x58, 0xFF, 0xD0, 0x6A, 0x01, 0x57}));
}

TEST_CASE("ntdll exports what the kernel enters user mode by", "[guest][user]") {
    const Image image = ntdll();
    for (const char* name :
         {"LdrInitializeThunk", "KiUserApcDispatcher", "KiUserCallbackDispatcher",
          "KiUserExceptionDispatcher", "KiRaiseUserExceptionDispatcher", "KiFastSystemCall",
          "KiFastSystemCallRet", "KiIntSystemCall"}) {
        INFO(name);
        CHECK(image.find_export(name) != nullptr);
    }
    CHECK(kernel32().rva_of("BaseProcessStartThunk").has_value());
}

TEST_CASE("symbols read as their sources have them", "[guest][user]") {
    const Image image = ntdll();
    const std::uint32_t stub = image.find_export("ZwReadFile")->rva;
    REQUIRE(image.symbol_at(stub + 5).has_value());
    CHECK(image.symbol_at(stub + 5)->name == "NtReadFile");
    CHECK(image.symbol_at(stub + 5)->offset == 5);
    CHECK(image.rva_of("ZwReadFile") == stub);
    CHECK(image.rva_of("LdrpInitialize").has_value());
    CHECK_FALSE(image.symbol_at(0x10).has_value());
    // The linker's own labels are no names.
    CHECK_FALSE(image.rva_of("_CTOR_LIST__").has_value());
    CHECK_FALSE(image.rva_of("_rt_psrelocs_end").has_value());
    const Image upper = kernel32();
    CHECK(upper.symbol_at(upper.find_export("ReadFile")->rva)->name == "ReadFile");
}

TEST_CASE("kernel32 finds every import in each ntdll, forwarders included", "[guest][user]") {
    const Image upper = kernel32();
    for (const ProfileOfStubs& profile : profiles()) {
        INFO(profile.name);
        const Image lower = ntdll(profile.name);
        const auto find = [&](std::string_view name) -> Expected<const Image*, guest::ImageError> {
            return name == "ntdll.dll" ? &lower : nullptr;
        };
        CHECK(guest::check_imports(upper, find).has_value());
    }
    CHECK(upper.find_export("EnterCriticalSection")->forwarder == "ntdll.RtlEnterCriticalSection");
}
