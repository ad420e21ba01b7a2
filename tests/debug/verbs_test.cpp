// SPDX-License-Identifier: MIT
#include "debug/verbs.hpp"

#include <algorithm>
#include <set>

#include <catch2/catch.hpp>

#include "base/ensure.hpp"
#include "debug/inspect.hpp"
#include "debug/look_verbs.hpp"
#include "debug/run_to.hpp"
#include "debug/symbol_verbs.hpp"
#include "support/ring_machine.hpp"

namespace ringside::debug {
namespace {

/// At the complete frame of the first call, with what verbs say there.
struct AtFrame {
    AtFrame() { static_cast<void>(run_to(Place::first_frame, ring.machine, ring.kernel, {})); }
    std::string said(std::string_view line) { return look(inspector, line); }

    test::RingMachine ring;
    Inspector inspector{ring.machine, ring.kernel};
};

}  // namespace

TEST_CASE("verbs: no name twice, each with help and one function", "[debug]") {
    std::set<std::string_view> names;
    for (const Verb& verb : verbs()) {
        INFO(verb.name);
        CHECK(names.insert(verb.name).second);
        CHECK_FALSE(verb.help.empty());
        CHECK_FALSE(verb.help.ends_with('.'));
        CHECK((verb.look != nullptr) != (verb.move != nullptr));
    }
}

TEST_CASE("verbs: every other spelling means a verb, and hides none", "[debug]") {
    for (const Alias& alias : aliases()) {
        INFO(alias.spelling);
        CHECK(parse_command(fmt::format("{} 1", alias.spelling)).verb != nullptr);
        CHECK(std::none_of(verbs().begin(), verbs().end(),
                           [&](const Verb& verb) { return verb.name == alias.spelling; }));
    }
}

TEST_CASE("verbs: every table of the processor has one", "[debug]") {
    test::RingMachine ring;
    for (const std::string& name : view_names(ring.kernel)) {
        INFO(name);
        const Command command = parse_command(name);
        REQUIRE(command.verb != nullptr);
        CHECK(command.verb->name == "!" + name);
    }
}

TEST_CASE("verbs: a mistyped verb is guessed at", "[debug]") {
    AtFrame at;
    CHECK_THROWS_WITH(at.said("!itd"), Catch::Contains("did you mean !idt"));
    CHECK_THROWS_WITH(at.said("t"), Catch::Contains("one can only look"));
    CHECK(at.said("").empty());
    CHECK(at.said("   ").empty());
}

TEST_CASE("verbs: help lists those that only look, or tells of one", "[debug]") {
    AtFrame at;
    const std::string all = at.said("help");
    CHECK_THAT(all, Catch::Contains("Registers and stack\n  r "));
    CHECK_THAT(all, !Catch::Contains("Breakpoints"));
    CHECK_THAT(help_text("", HelpFor::debugging), Catch::Contains("Breakpoints\n  bp "));
    CHECK_THAT(at.said("help k"), Catch::Contains("also: bt"));
    CHECK_THROWS_AS(at.said("help zzz"), InputError);
}

TEST_CASE("r: registers, or one, or those of a group", "[debug]") {
    AtFrame at;
    CHECK_THAT(at.said("r"),
               Catch::Contains("ring 0, clock") && Catch::Contains("rings!frame_built:\n"));
    CHECK(at.said("r cs") == "cs=00000008\n");
    CHECK_THAT(at.said("r cr"), Catch::Contains("gdtr="));
    CHECK_THAT(at.said("sreg"), Catch::Contains("cs=0008 base 00000000"));
    CHECK_THROWS_WITH(at.said("r exx"), Catch::Contains("no register 'exx'"));
}

TEST_CASE(".trap: looks with the registers of the frame until told otherwise", "[debug]") {
    AtFrame at;
    CHECK_THAT(at.said(".trap"), Catch::Contains("ring 3, of the frame at 0008FFE0"));
    CHECK(at.said("r cs") == "cs=0000001B\n");
    CHECK_THAT(at.said("u eip L1"), Catch::Contains("rings!after_stub:\n"));
    CHECK_THAT(at.said(".trap 0"), Catch::Contains("ring 0"));
    CHECK(at.said("r cs") == "cs=00000008\n");
    CHECK_THROWS_WITH(at.said(".trap 1234"), Catch::Contains("no complete RING_FRAME"));
}

TEST_CASE("k: the ring border is a line of its own", "[debug]") {
    AtFrame at;
    const std::string text = at.said("k");
    CHECK_THAT(text, Catch::Contains("rings!frame_built"));
    CHECK_THAT(text, Catch::Contains("ring 3 --\n01 "));
}

TEST_CASE("db, dw, dd: memory in elements, and on from there", "[debug]") {
    AtFrame at;
    at.ring.machine.memory().write_bytes(
        {0x2000}, std::as_bytes(std::span("Hello\xFF\x00world, sixteen and more")));
    CHECK(at.said("db 2000 L8") ==
          "00002000  48 65 6C 6C 6F FF 00 77                          Hello..w\n");
    const std::string next = at.said("db L3");
    CHECK(next == at.said("db 2008 L3"));
    CHECK(at.said("dw 2000 L2") == "00002000  6548 6C6C\n");
    CHECK(at.said("dd 2000 2007") == "00002000  6C6C6548 7700FF6F\n");
    CHECK(at.said("x/2xw 2000") == at.said("dd 2000 L2"));
    CHECK(at.said("!dd 2000 L1") == "00002000  6C6C6548\n");
    CHECK(at.said("da 2000") == "00002000  \"Hello\\xFF\"\n");
    CHECK_THROWS_WITH(at.said("dd 2000 L0"), Catch::Contains("a count from 1"));
    CHECK_THROWS_WITH(at.said("dd 2000 L100000"), Catch::Contains("a count from 1"));
    CHECK_THROWS_WITH(at.said("dd 2000 1000"), Catch::Contains("lies before"));
}

TEST_CASE("db: without an address it wants one, until there was one", "[debug]") {
    AtFrame at;
    CHECK_THROWS_WITH(at.said("db"), Catch::Contains("address is missing"));
    CHECK(at.said("db 1000 L10").starts_with("00001000"));
    CHECK(at.said("db").starts_with("00001010"));
}

TEST_CASE("dps: words that point into modules are named", "[debug]") {
    AtFrame at;
    CHECK_THAT(at.said("dps 8ffec L1"), Catch::Contains("rings!after_stub"));
}

TEST_CASE("u: instructions with the names of what they go to", "[debug]") {
    AtFrame at;
    const std::string text = at.said("u rings!user L5");
    CHECK_THAT(text, Catch::StartsWith("rings!user:\n"));
    CHECK_THAT(text, Catch::Contains("; rings!program_stub"));
    CHECK_THAT(at.said("x/1i rings!user"), Catch::Contains("6A02"));
    AtFrame fresh;
    CHECK(fresh.said("u") == at.said("u " + fmt::format("{:X}", at.inspector.place().value)));
}

TEST_CASE("dt: a structure with its values, or some of it", "[debug]") {
    AtFrame at;
    const std::string all = at.said("dt _RING_FRAME");
    CHECK_THAT(all, Catch::StartsWith("RING_FRAME at 0008FFE0, 0x20 bytes\n"));
    CHECK_THAT(all, Catch::Contains("rings!after_stub"));
    CHECK_THAT(at.said("dt ring_frame Seg* 8ffe0"),
               Catch::Contains("+010") && !Catch::Contains("EFlags"));
    CHECK_THAT(at.said("dt"), Catch::Contains("RING_FRAME"));
    CHECK_THROWS_WITH(at.said("dt RING_FRAM"), Catch::Contains("did you mean RING_FRAME"));
    CHECK_THROWS_AS(at.said("dt RING_FRAME Nonsense"), InputError);
}

TEST_CASE("ln, x, lm, ?: names", "[debug]") {
    AtFrame at;
    CHECK_THAT(at.said("ln rings!user+1"),
               Catch::Contains("rings!user+0x1  |  (") && Catch::Contains("rings!user_"));
    CHECK_THAT(at.said("ln 12345678"), Catch::Contains("no loaded module"));
    CHECK_THAT(at.said("x rings!service_*"),
               Catch::Contains("rings!service_add\n") && Catch::Contains("rings!service_fail\n"));
    CHECK(at.said("x nothing_like_it") == "no symbol like nothing_like_it\n");
    CHECK_THAT(at.said("lm"), Catch::Contains("00100000  00101000  rings"));
    CHECK_THAT(at.said("? rings!user"), Catch::Contains("rings!user\n"));
    CHECK(at.said("? 2+2") == "00000004 = 4\n");
}

TEST_CASE("patterns: * is any characters, ? one, without regard to case", "[debug]") {
    CHECK(matches_pattern("KiSystemService", "ki*ser?ice"));
    CHECK(matches_pattern("", "*"));
    CHECK(matches_pattern("abab", "*ab"));
    CHECK_FALSE(matches_pattern("KiSystemService", "ki*x"));
    CHECK_FALSE(matches_pattern("a", "a?"));
    CHECK_FALSE(matches_pattern(std::string(10'000, 'a'), "*a*a*a*a*a*a*a*a*b"));
}

TEST_CASE("tables: with and without their !, whole or a row", "[debug]") {
    AtFrame at;
    CHECK(at.said("!idt") == at.said("idt"));
    CHECK_THAT(at.said("!idt 2E"), Catch::Contains("rings!system_service"));
    CHECK_THAT(at.said("info gdt"), Catch::Contains("TSS32 busy"));
    CHECK_THROWS_WITH(at.said("!pcr"), Catch::Contains("no such table"));
    CHECK_THROWS_WITH(at.said("!idt zz"), Catch::Contains("no row 'zz'"));
}

}  // namespace ringside::debug
