// SPDX-License-Identifier: MIT
#include "cpu/memory_model/bus.hpp"

#include <catch2/catch.hpp>

using namespace ringside::cpu::memory_model;

TEST_CASE("an access takes a bus cycle for each aligned unit it touches", "[memory_model]") {
    CHECK(units_touched(0x1000, 4, 4) == 1);
    CHECK(units_touched(0x1001, 2, 4) == 1);
    CHECK(units_touched(0x1003, 2, 4) == 2);
    CHECK(units_touched(0x1001, 4, 4) == 2);
    CHECK(units_touched(0x1000, 8, 4) == 2);
    CHECK(units_touched(0x1002, 8, 4) == 3);
    CHECK(units_touched(0xFFFFFFFE, 4, 4) == 2);
}

TEST_CASE("only what alignment would have saved is too many", "[memory_model]") {
    CHECK(units_too_many(0x1000, 4, 4) == 0);
    CHECK(units_too_many(0x1001, 2, 4) == 0);
    CHECK(units_too_many(0x1003, 2, 4) == 1);
    CHECK(units_too_many(0x1000, 8, 4) == 0);
    CHECK(units_too_many(0x1004, 8, 4) == 0);
    CHECK(units_too_many(0x1004, 8, 8) == 1);
    CHECK(units_too_many(0x1006, 8, 4) == 1);
}

TEST_CASE("the banks of a data cache take turns every four bytes", "[memory_model]") {
    CHECK(banks_of(0x1000, 4) == 0b1);
    CHECK(banks_of(0x1004, 1) == 0b10);
    CHECK(banks_of(0x101C, 4) == 0b10000000);
    CHECK(banks_of(0x1020, 4) == 0b1);
    CHECK(banks_of(0x101E, 4) == 0b10000001);
    CHECK(banks_of(0x1008, 8) == 0b1100);
}
