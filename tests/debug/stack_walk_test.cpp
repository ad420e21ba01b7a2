// SPDX-License-Identifier: MIT
#include "debug/stack_walk.hpp"

#include <string>

#include <catch2/catch.hpp>

#include "debug/run_to.hpp"
#include "support/ring_machine.hpp"

namespace ringside::debug {
namespace {

/// The places of a walk from a symbol of the test kernel, with the ring of each.
std::vector<std::string> walked_from(std::string_view symbol) {
    test::RingMachine ring;
    REQUIRE(run_to(ring.kernel.at(symbol), ring.machine, ring.kernel, {}).kind ==
            guest::StopKind::observer);
    const Inspector inspector(ring.machine, ring.kernel);
    std::vector<std::string> places;
    for (const StackFrame& frame : walk_stack(inspector, 16)) {
        places.push_back(
            fmt::format("{} {}", frame.ring, ring.kernel.symbols().describe(frame.at)));
    }
    return places;
}

}  // namespace

TEST_CASE("stack walk: a service is called by the gate, and that by a stub of the program's",
          "[debug]") {
    const auto places = walked_from("call_service");
    REQUIRE(places.size() == 3);
    CHECK(places[0] == "0 rings!call_service");
    CHECK(places[1] == "3 rings!after_stub");
    CHECK(places[2].starts_with("3 rings!user+"));
}

TEST_CASE("stack walk: the body of a service is told from the CALL that leads there", "[debug]") {
    const auto places = walked_from("service_add");
    REQUIRE(places.size() == 4);
    CHECK(places[0] == "0 rings!service_add");
    CHECK(places[1] == "0 rings!leave");
    CHECK(places[2] == "3 rings!after_stub");
}

TEST_CASE("stack walk: a stub that has no frame of its own returns to its caller", "[debug]") {
    const auto places = walked_from("user_int");
    REQUIRE(places.size() == 2);
    CHECK(places[0] == "3 rings!user_int");
    CHECK(places[1].starts_with("3 rings!user+"));
}

TEST_CASE("stack walk: behind a gate whose frame is not built yet, by what the processor pushed",
          "[debug]") {
    const auto places = walked_from("system_service");
    REQUIRE(places.size() == 3);
    CHECK(places[0] == "0 rings!system_service");
    CHECK(places[1] == "3 rings!after_stub");
    CHECK(places[2].starts_with("3 rings!user+"));
}

TEST_CASE("stack walk: as many frames as are asked for, and no more", "[debug]") {
    test::RingMachine ring;
    static_cast<void>(run_to(ring.kernel.at("service_add"), ring.machine, ring.kernel, {}));
    const Inspector inspector(ring.machine, ring.kernel);
    CHECK(walk_stack(inspector, 1).size() == 1);
    CHECK(walk_stack(inspector, 2).size() == 2);
}

TEST_CASE("stack walk: a chain that leads in a circle, or nowhere, ends", "[debug]") {
    test::RingMachine ring;
    static_cast<void>(run_to(ring.kernel.at("user"), ring.machine, ring.kernel, {}));
    for (const std::uint32_t ebp : {0x2000U, 0xFFFFFFF8U, 0U, 0x3FFFFFU}) {
        ring.machine.memory().write<std::uint32_t>({0x2000}, 0x2000);
        ring.machine.memory().write<std::uint32_t>({0x2004}, 0x2000);
        ring.machine.cpu().registers[cpu::GeneralRegister::ebp] = ebp;
        const Inspector inspector(ring.machine, ring.kernel);
        CHECK(walk_stack(inspector, 64).size() <= 4);
    }
}

}  // namespace ringside::debug
