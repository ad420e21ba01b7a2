// SPDX-License-Identifier: MIT
#include "guest/stub_writer.hpp"

#include <algorithm>
#include <vector>

#include <catch2/catch.hpp>
#include <embedded/guest.hpp>

#include "guest/pe_image.hpp"
#include "guest/stub_generator.hpp"

using namespace ringside;
using guest::StubForm;

namespace {

std::vector<std::byte> ntdll_file() {
    const auto file = embedded::ntdll_nt4_dll();
    return {file.begin(), file.end()};
}

std::vector<std::byte> slot(std::span<const std::byte> file, std::string_view name) {
    const auto image = guest::read_pe("ntdll.dll", file);
    REQUIRE(image);
    const guest::Export* const stub = image->find_export(name);
    REQUIRE(stub != nullptr);
    const guest::Section* const section = image->section_at(stub->rva);
    const auto first = section->bytes.begin() + (stub->rva - section->rva);
    return {first, first + guest::stub_slot};
}

std::vector<std::byte> padded(std::vector<std::byte> code) {
    code.resize(guest::stub_slot, std::byte{0x90});
    return code;
}

}  // namespace

TEST_CASE("stub writer: any form fits into the slot of any other", "[guest][stub]") {
    for (const guest::StubFormName& form : guest::stub_form_names) {
        INFO(form.name);
        auto file = ntdll_file();
        guest::write_stubs(file, form.form, std::vector<guest::ServiceStub>{{"NtClose", 7, 4}});
        CHECK(slot(file, "NtClose") == padded(guest::encode_stub(form.form, 7, 4)));
        CHECK(slot(file, "ZwClose") == slot(file, "NtClose"));
    }
}

TEST_CASE("stub writer: what is not named stays as it was", "[guest][stub]") {
    auto file = ntdll_file();
    guest::write_stubs(
        file, StubForm::win8,
        std::vector<guest::ServiceStub>{{"NtReadFile", 0x500, 36}, {"NtOfAnotherSystem", 1, 0}});
    auto expected = ntdll_file();
    const auto before = slot(expected, "NtReadFile");
    const auto at = std::search(expected.begin(), expected.end(), before.begin(), before.end());
    const auto stub = padded(guest::encode_stub(StubForm::win8, 0x500, 36));
    std::copy(stub.begin(), stub.end(), at);
    CHECK(file == expected);
}
