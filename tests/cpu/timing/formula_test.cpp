// SPDX-License-Identifier: MIT
#include <catch2/catch.hpp>

#include <string_view>

#include "cpu/timing/decoded.hpp"

using namespace ringside::cpu::timing;
using ringside::cpu::Model;

namespace {

/// Clocks of an instruction with a run-time part, for one n.
std::uint64_t clocks(Model model, std::string_view bytes, std::uint32_t n) {
    const Cost cost = cost_of(model, bytes);
    REQUIRE(cost.formula != nullptr);
    REQUIRE(&ClockTable::of(model).formula(cost.formula_index) == cost.formula);
    return cost.ticks + cost.formula->ticks(n);
}

constexpr auto i386 = Model::i386;
constexpr auto i486 = Model::i486;
constexpr auto pentium = Model::pentium;
constexpr auto p6 = Model::p6;

}  // namespace

TEST_CASE("mul: the early-out counts the bits of the multiplier, at least three", "[timing]") {
    CHECK(clocks(i486, "f7 e1", 0) == 13);
    CHECK(clocks(i486, "f7 e1", 8) == 13);
    CHECK(clocks(i486, "f7 e1", 9) == 14);
    CHECK(clocks(i486, "f7 e1", 0xffffffff) == 42);
    CHECK(clocks(i486, "f6 e1", 0xff) == 18);
    CHECK(clocks(i486, "66 f7 e1", 0xffff) == 27);
    CHECK(clocks(i386, "f7 e1", 0) == 9);
    CHECK(clocks(i386, "f7 e1", 0xffffffff) == 38);
    CHECK(clocks(i386, "f7 21", 0xffffffff) == 41);
    CHECK(cost_of(i486, "f7 e1").bound == 42);
    CHECK(cost_of(p6, "f7 e1").ticks == 10'000);
    CHECK(cost_of(p6, "f6 e1").ticks == 11'000);
}

TEST_CASE("imul by an immediate has all its clocks at decode", "[timing]") {
    CHECK(cost_of(i486, "6b c1 03").formula == nullptr);
    CHECK(cost_of(i486, "6b c1 03").ticks == 13);
    CHECK(cost_of(i486, "6b c1 80").ticks == 17);
    CHECK(cost_of(i486, "69 c1 ff ff ff ff").ticks == 13);
    CHECK(cost_of(i486, "69 c1 ff ff ff 7f").ticks == 41);
    CHECK(cost_of(i486, "66 69 c1 00 80").ticks == 26);
    CHECK(clocks(i486, "0f af c1", 0x7fffffff) == 41);
}

TEST_CASE("bsf scans bytes, a nibble and bits", "[timing]") {
    CHECK(clocks(i486, "0f bc c1", 0) == 6);
    CHECK(clocks(i486, "0f bc 01", 0) == 7);
    CHECK(clocks(i486, "0f bc c1", 1) == 18);
    CHECK(clocks(i486, "0f bc c1", 0x80) == 30);
    CHECK(clocks(i486, "0f bc c1", 0x80000000) == 42);
    CHECK(clocks(i486, "0f bc 01", 0x80000000) == 43);
    CHECK(clocks(i486, "66 0f bc c1", 0x8000) == 35);
    CHECK(cost_of(i486, "0f bc 01").bound == 43);
    CHECK(clocks(pentium, "0f bc 01", 0) == 6);
    CHECK(clocks(p6, "0f bc c1", 1) == 18'000);
    CHECK(clocks(i386, "0f bc c1", 1) == 10);
    CHECK(clocks(i386, "0f bc c1", 0x80000000) == 103);
}

TEST_CASE("bsr counts down from the top", "[timing]") {
    CHECK(clocks(i486, "0f bd c1", 0) == 6);
    CHECK(clocks(i486, "0f bd 01", 0) == 7);
    CHECK(clocks(i486, "0f bd c1", 0x80000000) == 10);
    CHECK(clocks(i486, "0f bd c1", 1) == 103);
    CHECK(clocks(i486, "0f bd 01", 1) == 104);
    CHECK(cost_of(i486, "0f bd 01").bound == 104);
    CHECK(clocks(pentium, "0f bd c1", 1) == 71);
    CHECK(clocks(pentium, "0f bd 01", 1) == 72);
    CHECK(clocks(pentium, "66 0f bd c1", 1) == 40);
    CHECK(clocks(i386, "0f bd c1", 0x80000000) == 10);
    CHECK(clocks(i386, "0f bd c1", 1) == 103);
}

TEST_CASE("rcl: a straight line between the printed ends, marked as assumed", "[timing]") {
    CHECK(clocks(i486, "d3 d0", 0) == 8);
    CHECK(clocks(i486, "d3 d0", 16) == 19);
    CHECK(clocks(i486, "d3 d0", 31) == 30);
    CHECK(clocks(i486, "d3 10", 31) == 31);
    CHECK(clocks(pentium, "d3 d0", 0) == 7);
    CHECK(clocks(pentium, "d3 10", 31) == 26);
    CHECK(cost_of(i486, "d3 d0").assumed);
    CHECK(cost_of(i486, "d3 d0").bound == 30);
    CHECK(cost_of(i486, "c1 d0 00").ticks == 8);
    CHECK(cost_of(i486, "c1 d0 1f").ticks == 30);
    CHECK(cost_of(i486, "c1 d0 3f").ticks == 30);
    CHECK(cost_of(i486, "d1 d0").ticks == 3);
    CHECK_FALSE(cost_of(i486, "d1 d0").assumed);
}

TEST_CASE("enter: the level is in the instruction, modulo 32", "[timing]") {
    CHECK(cost_of(i486, "c8 08 00 00").ticks == 14);
    CHECK(cost_of(i486, "c8 08 00 01").ticks == 17);
    CHECK(cost_of(i486, "c8 08 00 02").ticks == 23);
    CHECK(cost_of(i486, "c8 08 00 1f").ticks == 110);
    CHECK(cost_of(i486, "c8 08 00 22").ticks == 23);
    CHECK(cost_of(i386, "c8 08 00 02").ticks == 19);
    CHECK(cost_of(pentium, "c8 08 00 02").ticks == 19);
    CHECK(cost_of(p6, "c8 08 00 01").ticks == 15'000);
}

TEST_CASE("rep strings: none, one, many", "[timing]") {
    CHECK(clocks(i486, "f3 a4", 0) == 5);
    CHECK(clocks(i486, "f3 a4", 1) == 13);
    CHECK(clocks(i486, "f3 a4", 2) == 18);
    CHECK(clocks(i486, "f3 ab", 0) == 5);
    CHECK(clocks(i486, "f3 ab", 10) == 47);
    CHECK(clocks(i486, "f3 ad", 10) == 47);
    CHECK(clocks(i486, "f2 ae", 10) == 57);
    CHECK(clocks(i486, "f3 a6", 10) == 77);
    CHECK(clocks(i486, "f3 a4", 0xffffffff) == 12 + 3 * 0xffffffffULL);
    CHECK(clocks(i386, "f3 a4", 10) == 45);
    CHECK(clocks(pentium, "f3 a4", 1) == 13);
    CHECK(clocks(pentium, "f3 a4", 10) == 23);
    CHECK(clocks(p6, "f3 ab", 10) == 19'000);
    CHECK(cost_of(i486, "f3 a4").bound == 15);
    CHECK(cost_of(i486, "a4").ticks == 7);
    CHECK(cost_of(p6, "a4").ticks == 4'000);
}

TEST_CASE("conditional forms: one figure and what the other way adds", "[timing]") {
    const auto both = [](Model model, std::string_view bytes) {
        const Cost cost = cost_of(model, bytes);
        return std::pair{static_cast<int>(cost.ticks),
                         static_cast<int>(cost.ticks) + cost.taken_extra};
    };
    CHECK(both(i486, "74 00") == std::pair{1, 3});
    CHECK(both(i486, "0f 84 00 00 00 00") == std::pair{1, 3});
    CHECK(both(i486, "e3 00") == std::pair{5, 8});
    CHECK(both(i486, "e2 00") == std::pair{6, 7});
    CHECK(both(i486, "e1 00") == std::pair{6, 9});
    CHECK(both(i486, "0f 94 c0") == std::pair{3, 4});
    CHECK(both(i486, "0f 94 00") == std::pair{4, 3});
    CHECK(both(i486, "0f b1 c8") == std::pair{6, 6});
    CHECK(both(i486, "0f b1 08") == std::pair{10, 7});
    CHECK(both(pentium, "e2 00") == std::pair{6, 5});
    CHECK(both(p6, "74 00") == std::pair{500, 500});
    CHECK(both(p6, "e2 00") == std::pair{6'000, 5'000});
    CHECK(both(p6, "0f 94 c0") == std::pair{500, 500});
    CHECK(cost_of(i486, "0f b1 08").bound == 10);
    CHECK(cost_of(i486, "74 00").bound == 3);
}
