// SPDX-License-Identifier: MIT
#include "host/path.hpp"

#include <catch2/catch.hpp>

using namespace ringside::host;

TEST_CASE("path: a drive and components", "[host][path]") {
    const auto path = parse_path(u"c:\\App\\data.txt");
    REQUIRE(path);
    CHECK(path->drive == u'C');
    CHECK(path->components == std::vector<std::u16string>{u"App", u"data.txt"});
    CHECK_FALSE(path->names_directory);
    CHECK(to_text(*path) == u"C:\\App\\data.txt");
}

TEST_CASE("path: a trailing backslash names a directory", "[host][path]") {
    CHECK(parse_path(u"C:\\")->names_directory);
    CHECK(parse_path(u"C:\\app\\")->names_directory);
    CHECK(parse_path(u"C:\\app\\")->components.size() == 1);
}

TEST_CASE("path: names that no file can have are refused", "[host][path]") {
    for (const std::u16string text : {u"",
                                      u"C",
                                      u"C:",
                                      u"C:app",
                                      u"\\app",
                                      u"/etc/passwd",
                                      u"1:\\x",
                                      u"C:/app",
                                      u"C:\\app\\..",
                                      u"C:\\..\\..\\etc",
                                      u"C:\\.",
                                      u"C:\\app\\\\x",
                                      u"C:\\app\\\\",
                                      u"C:\\a/b",
                                      u"C:\\file:stream",
                                      u"C:\\file::$DATA",
                                      u"C:\\what?",
                                      u"C:\\*",
                                      u"C:\\a|b",
                                      u"C:\\a<b",
                                      u"C:\\\x01"}) {
        CAPTURE(text.size());
        const auto path = parse_path(text);
        REQUIRE_FALSE(path);
        CHECK(path.error() == HostError::invalid_name);
    }
    CHECK_FALSE(parse_path(std::u16string(u"C:\\a\0b", 6)));
}

TEST_CASE("path: lengths are bounded", "[host][path]") {
    const std::u16string component(255, u'x');
    CHECK(parse_path(u"C:\\" + component));
    CHECK_FALSE(parse_path(u"C:\\" + component + u"x"));
    std::u16string deep = u"C:";
    while (deep.size() < max_path_units) {
        deep += u"\\y";
    }
    CHECK_FALSE(parse_path(deep + u"z"));
}
