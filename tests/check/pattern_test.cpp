// SPDX-License-Identifier: MIT
#include "check/pattern.hpp"

#include <catch2/catch.hpp>

namespace ringside::check {

TEST_CASE("pattern: any, the same as another field, bits, and plain text", "[check]") {
    CHECK(std::holds_alternative<AnyValue>(*parse_pattern("any")));
    CHECK(std::get<SameAs>(*parse_pattern("same-as #3")) == SameAs{2, ""});
    CHECK(std::get<SameAs>(*parse_pattern("same-as #1.frame.Ebp")) == SameAs{0, "frame.Ebp"});
    CHECK(std::get<Bits>(*parse_pattern("bits 0x200 set")) == Bits{0x200, 0});
    CHECK(std::get<Bits>(*parse_pattern("bits 0x200 set, bits 0x500 clear")) == Bits{0x200, 0x500});
    CHECK(std::get<Bits>(*parse_pattern("bits 0x200 set, 1 clear")) == Bits{0x200, 1});
    CHECK(std::get<std::string>(*parse_pattern("ntdll!NtReadFile+0xA")) == "ntdll!NtReadFile+0xA");
    CHECK(std::get<std::string>(*parse_pattern("")).empty());
}

TEST_CASE("pattern: a mask is written as it is read", "[check]") {
    for (const char* text : {"any", "same-as #3", "same-as #1.Ebp", "bits 0x200 set",
                             "bits 0x200 set, bits 0x500 clear", "ntdll!NtReadFile+0xA"}) {
        CHECK(pattern_text(*parse_pattern(text)) == text);
    }
}

TEST_CASE("pattern: a mask that says nothing is refused with what is wanted", "[check]") {
    for (const char* text :
         {"bits 0x200", "bits set", "bits 0x200 on", "bits 0 set", "bits 0x100000000 set",
          "bits 0x200 set, bits 0x200 clear", "bits 1 set,", "bits  set", "same-as ", "same-as 1",
          "same-as #0", "same-as #x", "same-as #1.", "same-as #99999999999999999999"}) {
        INFO(text);
        const auto result = parse_pattern(text);
        REQUIRE_FALSE(result);
        CHECK(result.error().find("want \"") != std::string::npos);
    }
}

TEST_CASE("pattern: bits are as they should be whatever the others are", "[check]") {
    const Bits bits{0x200, 0x500};
    CHECK(bits.match(0xFFFFFAFF));
    CHECK_FALSE(bits.match(0));
    CHECK_FALSE(bits.match(0x300));
    CHECK(bits_text(bits, 0x300) == "bits 0x300 set, bits 0x400 clear");
}

}  // namespace ringside::check
