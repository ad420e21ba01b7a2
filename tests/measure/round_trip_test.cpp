// SPDX-License-Identifier: MIT
#include "measure/round_trip.hpp"

#include <catch2/catch.hpp>

#include "measure/ring_loop.hpp"

namespace ringside::measure {
namespace {

profile::Profile with(std::vector<profile::Entry> entries) {
    profile::Profile profile;
    profile.entries = std::move(entries);
    return profile;
}

profile::Entry entry(const char* stage, const char* service, std::uint64_t clocks) {
    return {0, "", "", stage, service, Cycles{clocks}};
}

guest::MachineConfig machine(cpu::Model model, std::uint32_t block_limit = 64) {
    guest::MachineConfig config;
    config.model = model;
    config.block_limit = block_limit;
    return config;
}

}  // namespace

TEST_CASE("round trip: what both runs share is in no figure", "[measure]") {
    const auto few = with({entry("gate", "NtClose", 1000), entry("kernel", "", 77)});
    const auto many = with({entry("gate", "NtClose", 2300), entry("gate", "NtOpenFile", 5),
                            entry("copy", "NtClose", 15), entry("kernel", "", 77)});
    const RoundTrip trip = round_trip({few, many, 10}, "NtClose");
    CHECK(trip.per_round("gate") == "130");
    CHECK(trip.per_round("copy") == "1.5");
    CHECK(trip.per_round("exit").empty());
    CHECK(trip.per_round() == "131.5");
    CHECK(stages_of({trip}) == std::vector<std::string>{"gate", "copy"});
}

TEST_CASE("round trip: without a kernel's stages a passage's are a trap's", "[measure]") {
    const auto none = with({});
    const auto some = with({entry("trap gate", "int 2Eh", 99), entry("trap return", "int 2Eh", 82),
                            entry("program", "", 9)});
    const RoundTrip trip = round_trip({none, some, 1});
    CHECK(stages_of({trip}) == std::vector<std::string>{"program", "gate", "return"});
    CHECK(trip.clocks() == 190);
}

TEST_CASE("ring loop: gate and return of each model are those of the manuals", "[measure]") {
    using cpu::Model;
    for (const auto& [model, gate, back] :
         {std::tuple{Model::i386, "99", "82"}, std::tuple{Model::i486, "71", "36"},
          std::tuple{Model::pentium, "48", "27"}, std::tuple{Model::p6, "130", "90"}}) {
        const RoundTrip trip = measure_ring_loop(machine(model), Way::int2e, 20);
        CHECK(trip.per_round("gate") == gate);
        CHECK(trip.per_round("return") == back);
        CHECK(trip.per_round("kernel").empty());
    }
    const RoundTrip fast = measure_ring_loop(machine(Model::p6), Way::sysenter, 20);
    CHECK(fast.per_round("gate") == "40");
    CHECK(fast.per_round("return") == "40");
}

TEST_CASE("ring loop: no figure depends on the block size", "[measure]") {
    const auto figures = [](std::uint32_t limit) {
        const auto trip = measure_ring_loop(machine(cpu::Model::p6, limit), Way::sysenter, 7);
        return std::pair{trip.per_round("program"), trip.per_round()};
    };
    for (const std::uint32_t limit : {1U, 2U, 8U}) {
        CHECK(figures(limit) == figures(64));
    }
}

}  // namespace ringside::measure
