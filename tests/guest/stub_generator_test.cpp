// SPDX-License-Identifier: MIT
#include "guest/stub_generator.hpp"

#include <string>

#include <fmt/format.h>
#include <catch2/catch.hpp>

using namespace ringside;
using guest::StubForm;

namespace {

std::string stub(StubForm form, std::uint32_t number, std::uint16_t argument_bytes,
                 guest::StubTarget target = {}) {
    std::string text;
    for (const std::byte b : guest::encode_stub(form, number, argument_bytes, target)) {
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

TEST_CASE("shared code stub: mov eax,n; mov edx,7FFE0300; call edx; ret aa", "[guest][stub]") {
    CHECK(stub(StubForm::shared_code, 0xB7, 36) == "B8 B7 00 00 00 BA 00 03 FE 7F FF D2 C2 24 00");
}

TEST_CASE("win8 stub: mov eax,n; call over the ret; mov edx,esp; sysenter; ret", "[guest][stub]") {
    CHECK(stub(StubForm::win8, 0x8A, 36) ==
          "B8 8A 00 00 00 E8 03 00 00 00 C2 24 00 8B D4 0F 34 C3");
    CHECK(stub(StubForm::win8, 0x8A, 0) == "B8 8A 00 00 00 E8 01 00 00 00 C3 8B D4 0F 34 C3");
    CHECK(stub(StubForm::win8, 0x8A, 36, {LinearAddress{0x7C901000}, {}}) ==
          stub(StubForm::win8, 0x8A, 36));
}

TEST_CASE("reactos stub: a frame, and the arguments at ebp+8", "[guest][stub]") {
    CHECK(stub(StubForm::reactos_ebp, 152, 36) ==
          "55 89 E5 B8 98 00 00 00 8D 55 08 CD 2E 5D C2 24 00");
    CHECK(stub(StubForm::reactos_ebp, 233, 0) == "55 89 E5 B8 E9 00 00 00 8D 55 08 CD 2E 5D C3");
}

TEST_CASE("zw stub: an interrupt frame of ring 0, then KiSystemService", "[guest][stub]") {
    const guest::StubTarget target{LinearAddress{0x804DD000}, LinearAddress{0x804DD020}};
    // call: 804DD00C + 5 + 0F = 804DD020
    CHECK(stub(StubForm::zw, 0x19, 4, target) ==
          "B8 19 00 00 00 8D 54 24 04 9C 6A 08 E8 0F 00 00 00 C2 04 00");
    CHECK(stub(StubForm::zw, 0x116, 0, {LinearAddress{0x804DE000}, LinearAddress{0x804DD000}}) ==
          "B8 16 01 00 00 8D 54 24 04 9C 6A 08 E8 EF EF FF FF C3");
}

TEST_CASE("a stub without arguments ends with a plain ret", "[guest][stub]") {
    CHECK(stub(StubForm::int2e, 0, 0) == "B8 00 00 00 00 8D 54 24 04 CD 2E C3");
    CHECK(stub(StubForm::shared_pointer, 0x116, 0) == "B8 16 01 00 00 BA 00 03 FE 7F FF 12 C3");
}

TEST_CASE("win32k numbers keep their table bit", "[guest][stub]") {
    CHECK(stub(StubForm::shared_pointer, 0x1001, 4) ==
          "B8 01 10 00 00 BA 00 03 FE 7F FF 12 C2 04 00");
}
