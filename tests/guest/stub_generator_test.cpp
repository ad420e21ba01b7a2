// SPDX-License-Identifier: MIT
#include "guest/stub_generator.hpp"

#include <string>

#include <fmt/format.h>
#include <catch2/catch.hpp>

using namespace ringside;
using guest::StubForm;

namespace {

std::string stub(StubForm form, std::uint32_t number, std::uint16_t argument_bytes) {
    std::string text;
    for (const std::byte b : guest::encode_stub(form, number, argument_bytes)) {
        text += fmt::format("{}{:02X}", text.empty() ? "" : " ", static_cast<unsigned>(b));
    }
    return text;
}

}  // namespace

TEST_CASE("int 2E stub: mov eax,n; lea edx,[esp+4]; int 2E; ret aa", "[guest][stub]") {
    CHECK(stub(StubForm::int2e, 0xA1, 36) == "B8 A1 00 00 00 8D 54 24 04 CD 2E C2 24 00");
    CHECK(stub(StubForm::int2e, 0x0F, 4) == "B8 0F 00 00 00 8D 54 24 04 CD 2E C2 04 00");
}

TEST_CASE("shared pointer stub: mov eax,n; mov edx,7FFE0300; call [edx]; ret aa", "[guest][stub]") {
    CHECK(stub(StubForm::shared_pointer, 0xB7, 36) ==
          "B8 B7 00 00 00 BA 00 03 FE 7F FF 12 C2 24 00");
    CHECK(stub(StubForm::shared_pointer, 0x19, 4) ==
          "B8 19 00 00 00 BA 00 03 FE 7F FF 12 C2 04 00");
}

TEST_CASE("a stub without arguments ends with a plain ret", "[guest][stub]") {
    CHECK(stub(StubForm::int2e, 0, 0) == "B8 00 00 00 00 8D 54 24 04 CD 2E C3");
    CHECK(stub(StubForm::shared_pointer, 0x116, 0) == "B8 16 01 00 00 BA 00 03 FE 7F FF 12 C3");
}

TEST_CASE("win32k numbers keep their table bit", "[guest][stub]") {
    CHECK(stub(StubForm::shared_pointer, 0x1001, 4) ==
          "B8 01 10 00 00 BA 00 03 FE 7F FF 12 C2 04 00");
}
