// SPDX-License-Identifier: MIT
#include "guest/pe_writer.hpp"

#include <string>

#include <catch2/catch.hpp>

#include "guest/pe_image.hpp"
#include "guest/stub_generator.hpp"

using namespace ringside;
using guest::Image;
using guest::StubForm;

namespace {

Image read(const std::vector<std::byte>& file) {
    auto image = guest::read_pe("my.dll", file);
    INFO((image ? std::string{} : image.error().text()));
    REQUIRE(image);
    return *std::move(image);
}

std::vector<std::byte> bytes_at(const Image& image, std::uint32_t rva, std::size_t count) {
    const guest::Section* const section = image.section_at(rva);
    REQUIRE(section != nullptr);
    const auto first = section->bytes.begin() + static_cast<std::ptrdiff_t>(rva - section->rva);
    return {first, first + static_cast<std::ptrdiff_t>(count)};
}

}  // namespace

TEST_CASE("stub DLL: what a loader needs, and nothing to write to", "[guest][stub]") {
    const std::vector<guest::ServiceStub> one{{"MyOpen", 0, 12}};
    const Image image = read(guest::stub_dll("my.dll", StubForm::int2e, one));
    CHECK(image.library);
    CHECK(image.entry == 0);
    CHECK(image.imports.empty());
    CHECK(image.relocatable);
    CHECK(image.relocations.empty());
    CHECK(image.exports.size() == 1);
    CHECK(image.preferred_base == 0x10000000);
    for (const guest::Section& section : image.sections) {
        CHECK_FALSE(section.writable);
        CHECK(section.executable == (section.name == ".text"));
    }
}

TEST_CASE("stub DLL: every form under the Nt and the Zw name", "[guest][stub]") {
    const std::vector<guest::ServiceStub> services{
        {"NtYield", 0, 0}, {"NtClose", 1, 4}, {"MyOpen", 0xFFF, 252}, {"NtUserCall", 0x1001, 8}};
    for (const guest::StubFormName& form : guest::stub_form_names) {
        if (form.form == StubForm::zw) {
            continue;
        }
        INFO(form.name);
        const Image image = read(guest::stub_dll("my.dll", form.form, services));
        CHECK(image.exports.size() == 7);
        std::uint32_t ordinal = 0;
        for (const guest::ServiceStub& service : services) {
            const guest::Export* const stub = image.find_export(service.name);
            REQUIRE(stub != nullptr);
            CHECK(stub->ordinal == ++ordinal);
            const auto code = guest::encode_stub(form.form, service.number, service.argument_bytes);
            CHECK(bytes_at(image, stub->rva, code.size()) == code);
        }
        REQUIRE(image.find_export("ZwClose") != nullptr);
        CHECK(image.find_export("ZwClose")->rva == image.find_export("NtClose")->rva);
        CHECK(image.find_export("ZwOpen") == nullptr);
    }
}

TEST_CASE("stub DLL: a full table fits, and is the same every time", "[guest][stub]") {
    std::vector<guest::ServiceStub> services;
    for (std::uint32_t i = 0; i < 0x1000; ++i) {
        services.push_back({"NtService" + std::to_string(i), i, 4});
    }
    const auto file = guest::stub_dll("my.dll", StubForm::win8, services);
    const Image image = read(file);
    CHECK(image.exports.size() == 0x2000);
    CHECK(bytes_at(image, image.find_export("ZwService4095")->rva, 5) ==
          std::vector<std::byte>{std::byte{0xB8}, std::byte{0xFF}, std::byte{0x0F}, std::byte{0},
                                 std::byte{0}});
    CHECK(file == guest::stub_dll("my.dll", StubForm::win8, services));
}
