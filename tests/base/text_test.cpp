// SPDX-License-Identifier: MIT
#include "base/text.hpp"

#include <catch2/catch.hpp>

using namespace ringside;

TEST_CASE("split keeps empty fields", "[base]") {
    const auto fields = split("a\t\tb\t", '\t');
    REQUIRE(fields.size() == 4);
    CHECK(fields[0] == "a");
    CHECK(fields[1].empty());
    CHECK(fields[2] == "b");
    CHECK(fields[3].empty());
}

TEST_CASE("lines end in LF or CRLF, the last one in neither", "[base]") {
    const auto lines = lines_of("one\r\ntwo\n\nlast");
    REQUIRE(lines.size() == 4);
    CHECK(lines[0] == "one");
    CHECK(lines[2].empty());
    CHECK(lines[3] == "last");
}

TEST_CASE("numbers are decimal or hexadecimal and nothing else", "[base]") {
    CHECK(parse_number("0x1F") == 31);
    CHECK(parse_number("42") == 42);
    for (const char* bad : {"", "0x", "1F", "-1", "4 2", "0x100000000000000000"}) {
        CAPTURE(bad);
        CHECK_FALSE(parse_number(bad));
    }
}

TEST_CASE("trim and upcase", "[base]") {
    CHECK(trim("  a b\t\n") == "a b");
    CHECK(trim(" \t").empty());
    CHECK(upcase("ntdll.dll") == "NTDLL.DLL");
}
