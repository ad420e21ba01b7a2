// SPDX-License-Identifier: MIT
#include "base/xml.hpp"

#include <catch2/catch.hpp>

#include "base/utf8.hpp"

using namespace ringside;

TEST_CASE("xml: what would be markup is named", "[base]") {
    CHECK(xml_text("a < b && c > \"d\" 'e' ]]>") ==
          "a &lt; b &amp;&amp; c &gt; &quot;d&quot; &apos;e&apos; ]]&gt;");
}

TEST_CASE("xml: text of any language stays what it is", "[base]") {
    const std::string text = "Gr\u00FC\u00DFe \u4F60\u597D \U0001F600\n\tend";
    CHECK(xml_text(text) == text);
}

TEST_CASE("xml: each control character becomes a question mark", "[base]") {
    for (char c = 0; c < 0x20; ++c) {
        CAPTURE(static_cast<int>(c));
        const std::string kept = c == '\n' || c == '\t' ? std::string(1, c) : "?";
        CHECK(xml_text(std::string(1, c)) == kept);
    }
    CHECK(xml_text("\x7F") == "?");
    CHECK(xml_text("\xC2\x85") == "?");      // U+0085
    CHECK(xml_text("\xEF\xBF\xBF") == "?");  // U+FFFF is no character
}

TEST_CASE("utf8: a text is it or is not", "[base]") {
    CHECK(is_utf8(""));
    CHECK(is_utf8("a\u00FC\U0001F600\xEF\xBF\xBF"));
    for (const char* broken : {"\xFF", "a\x80", "\xC0\xAF", "\xED\xA0\x80", "\xE2\x82"}) {
        CHECK_FALSE(is_utf8(broken));
    }
}

TEST_CASE("xml: each byte that is no UTF-8 becomes a question mark", "[base]") {
    CHECK(xml_text("a\xFFz") == "a?z");
    CHECK(xml_text("\x80") == "?");
    CHECK(xml_text("\xC0\xAF") == "??");            // '/' in two bytes
    CHECK(xml_text("\xED\xA0\x80") == "???");       // a surrogate
    CHECK(xml_text("\xF4\x90\x80\x80") == "????");  // behind the last character
    CHECK(xml_text("\xE2\x82<") == "??&lt;");       // cut off before markup
    CHECK(xml_text("\xE2\x82") == "??");            // cut off by the end
    CHECK(xml_text("\xF0\x9F\x98\x80"
                   "\xF0\x9F\x98") == "\U0001F600???");
}
