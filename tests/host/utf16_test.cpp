// SPDX-License-Identifier: MIT
#include "host/utf16.hpp"

#include <catch2/catch.hpp>

using namespace ringside::host;

TEST_CASE("utf16: text survives the way there and back", "[host][utf16]") {
    for (const std::string text :
         {"", "plain", "gr\xC3\xBC\xC3\x9F", "\xE2\x82\xAC", "\xF0\x9F\xA5\x8A"}) {
        const auto wide = to_utf16(text);
        REQUIRE(wide);
        CHECK(to_utf8(*wide) == text);
    }
}

TEST_CASE("utf16: malformed UTF-8 has no UTF-16", "[host][utf16]") {
    for (const std::string text : {"\x80", "\xC0\xAF", "\xE0\x80\xAF", "\xED\xA0\x80",
                                   "\xF5\x80\x80\x80", "\xE2\x82", "\xFF"}) {
        CHECK_FALSE(to_utf16(text));
    }
}

TEST_CASE("utf16: a lone surrogate has no UTF-8 and prints as a question mark", "[host][utf16]") {
    CHECK_FALSE(to_utf8(std::u16string{0xD800}));
    CHECK_FALSE(to_utf8(std::u16string{0xDC00, u'a'}));
    CHECK(to_printable(std::u16string{u'a', 0xD800, u'\n', u'b'}) == "a??b");
}

TEST_CASE("utf16: upper case is by code point, one to one", "[host][utf16]") {
    CHECK(upcase(u"readme.txt") == u"README.TXT");
    CHECK(upcase(u"\u00e4\u00f7\u00ff\u00df") == u"\u00c4\u00f7\u0178\u00df");
    CHECK(upcase(u"\u0151\u017e\u03b1\u0436\u0451") == u"\u0150\u017d\u0391\u0416\u0401");
}
