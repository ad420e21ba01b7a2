// SPDX-License-Identifier: MIT
#include "base/address.hpp"

#include <type_traits>

#include <catch2/catch.hpp>

using namespace ringside;

TEST_CASE("addresses print with the letter of their kind", "[base]") {
    CHECK(fmt::format("{}", LinearAddress{0x80461000}) == "L:80461000");
    CHECK(fmt::format("{}", PhysicalAddress{0x2000}) == "P:00002000");
}

TEST_CASE("address arithmetic wraps at 4 GiB", "[base]") {
    CHECK((LinearAddress{0xFFFFFFFF} + 2) == LinearAddress{1});
    CHECK((LinearAddress{1} - LinearAddress{0xFFFFFFFF}) == 2);
}

TEST_CASE("addresses of different kinds do not mix", "[base]") {
    STATIC_REQUIRE_FALSE(std::is_convertible_v<LinearAddress, PhysicalAddress>);
    STATIC_REQUIRE_FALSE(std::is_constructible_v<LinearAddress, PhysicalAddress>);
}

TEST_CASE("an address splits into page and offset", "[base]") {
    CHECK(page_of(LinearAddress{0x12345678}) == LinearAddress{0x12345000});
    CHECK(page_offset(LinearAddress{0x12345678}) == 0x678);
}
