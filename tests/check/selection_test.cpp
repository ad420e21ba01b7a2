// SPDX-License-Identifier: MIT
#include "check/selection.hpp"

#include <catch2/catch.hpp>

#include "base/ensure.hpp"

namespace ringside::check {

TEST_CASE("selection: words are parts of names, whatever their case", "[check]") {
    CHECK(Selection().matches("anything"));
    const Selection read("READ");
    CHECK(read.matches("examples/readfile.case.toml [xp, int2e]"));
    CHECK_FALSE(read.matches("examples/hello.case.toml"));
}

TEST_CASE("selection: not binds closer than and, and closer than or", "[check]") {
    const Selection selection("hello and not sysenter or (events and (int2e or xp))");
    CHECK(selection.matches("hello [int2e]"));
    CHECK_FALSE(selection.matches("hello [sysenter]"));
    CHECK(selection.matches("events [int2e]"));
    CHECK(selection.matches("events [xp]"));
    CHECK_FALSE(selection.matches("events [sysenter]"));
    CHECK(Selection("not not a").matches("a"));
}

TEST_CASE("selection: what is no expression is refused", "[check]") {
    for (const std::string& text :
         {std::string(""), std::string("and"), std::string("a or"), std::string("a b"),
          std::string("(a"), std::string("a)"), std::string("not"), std::string("()"),
          std::string(100'000, '('), std::string("a and and b")}) {
        INFO(text.substr(0, 20));
        CHECK_THROWS_AS(Selection(text), InputError);
    }
}

TEST_CASE("shard: the parts of a list are the whole list", "[check]") {
    std::size_t all = 0;
    for (const char* text : {"1/3", "2/3", "3/3"}) {
        const Shard shard = parse_shard(text);
        for (std::size_t i = 0; i < 10; ++i) {
            all += shard.has(i) ? 1U : 0U;
        }
    }
    CHECK(all == 10);
    CHECK(parse_shard("2/3").has(1));
    for (const char* text : {"", "1", "0/3", "4/3", "1/0", "a/b", "1/3/5", "-1/3"}) {
        CHECK_THROWS_AS(parse_shard(text), InputError);
    }
}

}  // namespace ringside::check
