// SPDX-License-Identifier: MIT
#include "profile/profiler.hpp"

#include <catch2/catch.hpp>

#include "profile/report.hpp"
#include "support/ring_machine.hpp"

namespace ringside::profile {
namespace {

Profile profiled(std::uint32_t block_limit = 64) {
    test::RingMachine ring(block_limit);
    Profiler profiler(ring.machine, ring.kernel);
    const auto stop = ring.run();
    REQUIRE(stop.status == 85);
    return profiler.finish();
}

Cycles clocks_of(const std::vector<Row>& rows, std::string_view name) {
    for (const Row& row : rows) {
        if (row.name == name) {
            return row.clocks;
        }
    }
    return {};
}

std::vector<Row> by(const Profile& profile, std::string Entry::*member) {
    return sums(profile, [member](const Entry& entry) { return std::string_view(entry.*member); });
}

Cycles sum_of(const std::vector<Row>& rows) {
    Cycles sum;
    for (const Row& row : rows) {
        sum = sum + row.clocks;
    }
    return sum;
}

FunctionRow function(const Profile& profile, std::string_view name) {
    for (const FunctionRow& row : functions(profile)) {
        if (row.name == name) {
            return row;
        }
    }
    return {};
}

}  // namespace

TEST_CASE("profile: every table adds up to the run's clock", "[profile]") {
    const Profile profile = profiled();
    test::RingMachine plain;
    REQUIRE(plain.run().status == 85);
    CHECK(profile.total == plain.machine.cpu().cycles());
    for (const auto member : {&Entry::where, &Entry::kind, &Entry::stage, &Entry::service}) {
        CHECK(sum_of(by(profile, member)) == profile.total);
    }
    Cycles self;
    for (const FunctionRow& row : functions(profile)) {
        CHECK(row.inclusive >= row.self);
        self = self + row.self;
    }
    CHECK(self == profile.total);
    CHECK(inclusive_clocks(profile)[CallTree::root] == profile.total);
}

TEST_CASE("profile: transitions cost what the parameters of p6 say", "[profile]") {
    const Profile profile = profiled();
    const auto kinds = by(profile, &Entry::kind);
    CHECK(clocks_of(kinds, "int 2Eh") == Cycles{130});
    CHECK(clocks_of(kinds, "int 03h") == Cycles{130});
    CHECK(clocks_of(kinds, "iretd") == Cycles{3 * 90});
    CHECK(clocks_of(kinds, "sysenter") == Cycles{40});
    CHECK(clocks_of(kinds, "sysexit") == Cycles{40});
    CHECK(profile.transitions.at("iretd") == 3);
    CHECK(clocks_of(by(profile, &Entry::where), "transitions") == Cycles{130 * 2 + 90 * 3 + 80});
}

TEST_CASE("profile: stages and services are the trace's", "[profile]") {
    const Profile profile = profiled();
    const auto stages = by(profile, &Entry::stage);
    for (const char* stage : {"program", "stub", "kernel", "gate", "frame", "copy", "service",
                              "exit", "return", "trap gate", "trap return"}) {
        INFO(stage);
        CHECK(clocks_of(stages, stage) > Cycles{0});
    }
    CHECK(clocks_of(stages, "gate") == Cycles{130 + 40});
    const auto services = by(profile, &Entry::service);
    CHECK(clocks_of(services, "Add") > Cycles{130 + 90});
    CHECK(clocks_of(services, "int 03h") == Cycles{130 + 90});
    CHECK(profile.services.at("Fail") == 1);
}

TEST_CASE("profile: a function's inclusive clocks hold what it called, gates too", "[profile]") {
    const Profile profile = profiled();
    const FunctionRow stub = function(profile, "rings!user_int");
    const FunctionRow gate = function(profile, "[int 2Eh]");
    const FunctionRow add = function(profile, "rings!service_add");
    CHECK(add.calls == 1);
    CHECK(add.self == add.inclusive);
    CHECK(gate.calls == 1);
    CHECK(gate.self == Cycles{130 + 90});
    CHECK(gate.inclusive > gate.self + add.inclusive);
    CHECK(stub.inclusive >= gate.inclusive);
    CHECK(function(profile, "rings!user").inclusive > Cycles{0});
}

TEST_CASE("profile: chains of callers cross the gate", "[profile]") {
    const std::string text = collapsed_text(profiled());
    INFO(text);
    CHECK(text.find("rings!user;rings!user_int;[int 2Eh];") != std::string::npos);
    CHECK(text.find("[int 2Eh];rings!call_service;rings!service_add ") != std::string::npos);
}

TEST_CASE("profile: no clock depends on the block size", "[profile]") {
    const Profile whole = profiled(64);
    for (const std::uint32_t limit : {1U, 2U, 8U}) {
        const Profile pieces = profiled(limit);
        CHECK(flat_text(pieces) == flat_text(whole));
        CHECK(collapsed_text(pieces) == collapsed_text(whole));
        CHECK(callgrind_text(pieces) == callgrind_text(whole));
    }
}

TEST_CASE("profile: without a profiler the processor has no observer", "[profile]") {
    test::RingMachine ring;
    { const Profiler profiler(ring.machine, ring.kernel); }
    CHECK(ring.machine.cpu().observer == nullptr);
    CHECK(ring.run().status == 85);
}

}  // namespace ringside::profile
