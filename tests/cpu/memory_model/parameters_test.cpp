// SPDX-License-Identifier: MIT
#include "cpu/memory_model/parameters.hpp"

#include <catch2/catch.hpp>

#include <string>

#include "base/ensure.hpp"

using namespace ringside;
using namespace ringside::cpu::memory_model;
using ringside::cpu::Model;

TEST_CASE("each processor has the TLB and the caches of its data sheet", "[memory_model]") {
    const Parameters& i386 = Parameters::of(Model::i386);
    CHECK(i386.tlb.entries == 32);
    CHECK(i386.tlb.replacement == Replacement::round_robin);
    CHECK(i386.code_tlb.entries == 0);
    CHECK(i386.cache_bytes == 0);
    CHECK(i386.queue_bytes == 16);
    CHECK(i386.bus_cycle == 2);

    const Parameters& i486 = Parameters::of(Model::i486);
    CHECK(i486.cache_bytes == 8192);
    CHECK(i486.cache_line == 16);
    CHECK(i486.code_cache_bytes == 0);
    CHECK(i486.queue_bytes == 0);

    const Parameters& pentium = Parameters::of(Model::pentium);
    CHECK(pentium.code_tlb.entries == 32);
    CHECK(pentium.large_tlb.entries == 8);
    CHECK(pentium.code_cache_bytes == 8192);
    CHECK(pentium.bank_conflict.value == 1);
}

TEST_CASE("a walk costs what the i486 data sheet says", "[memory_model]") {
    const Parameters& i486 = Parameters::of(Model::i486);
    CHECK(i486.walk.value + i486.updates[0].value == 13);
    CHECK(i486.walk.value + i486.updates[1].value == 21);
    CHECK(i486.walk.value + i486.updates[2].value == 28);
    const Parameters& i386 = Parameters::of(Model::i386);
    CHECK(i386.walk.value + i386.walk_bus_reads.value * i386.bus_cycle == 9);
    CHECK(i386.update_bus_cycles.value * i386.bus_cycle == 4);
}

TEST_CASE("what a manual prints is not assumed, all else is", "[memory_model]") {
    CHECK_FALSE(Parameters::of(Model::i486).walk.assumed);
    CHECK_FALSE(Parameters::of(Model::pentium).misaligned.assumed);
    CHECK(Parameters::of(Model::i386).walk.assumed);
    CHECK(Parameters::of(Model::i486).bus_ratio.assumed);
    CHECK(Parameters::of(Model::p6).memory_clocks.assumed);
}

TEST_CASE("modern has the memory of p6", "[memory_model]") {
    CHECK(&Parameters::of(Model::modern) == &Parameters::of(Model::p6));
}

TEST_CASE("a table that is none is refused with its line", "[memory_model]") {
    const std::string heading = "name\ti386\ti486\tpentium\tp6\tsource\n";
    CHECK(parse_parameters(heading + "walk\t~5\t-\tlru\t8\twhy\n").size() == 1);
    CHECK_THROWS_AS(parse_parameters(heading + "walk\t5\t6\t7\t8\n"), BrokenInvariant);
    CHECK_THROWS_AS(parse_parameters(heading + "walk\t5\t6\t7\tmany\twhy\n"), BrokenInvariant);
    CHECK_THROWS_AS(parse_parameters(heading + "\t5\t6\t7\t8\twhy\n"), BrokenInvariant);
    CHECK_THROWS_AS(parse_parameters(heading + "walk\t5\t6\t7\t8\twhy\nwalk\t5\t6\t7\t8\twhy\n"),
                    BrokenInvariant);
}
