// SPDX-License-Identifier: MIT
#include "debug/inspect.hpp"

#include <catch2/catch.hpp>

#include "base/ensure.hpp"
#include "support/ring_machine.hpp"

namespace ringside::debug {

TEST_CASE("inspect: frame stops where the first frame is complete", "[debug]") {
    test::RingMachine ring;
    REQUIRE(run_to(place_for("frame"), ring.machine, ring.kernel, {}).kind ==
            guest::StopKind::observer);
    CHECK(ring.machine.cpu().eip == ring.kernel.at("frame_built").value);
    const auto view = inspect("frame", ring.machine, ring.kernel);
    CHECK(view.title == "RING_FRAME at 0008FFE0, 0x20 bytes");
    REQUIRE(view.rows.size() == 8);
    CHECK(view.rows[3].cells ==
          std::vector<std::string>{"+0C", "Eip", "00100094", "rings!after_stub"});
    CHECK(view.rows[4].cells == std::vector<std::string>{"+10", "SegCs", "0000001B", ""});
}

TEST_CASE("inspect: other tables are shown at the program's entry", "[debug]") {
    test::RingMachine ring;
    REQUIRE(run_to(place_for("idt"), ring.machine, ring.kernel, {}).kind ==
            guest::StopKind::observer);
    CHECK(ring.machine.cpu().eip == ring.kernel.at("user").value);
    CHECK(ring.machine.cpu().cpl == 3);
}

TEST_CASE("inspect: a run goes on behind a stop as if there had been none", "[debug]") {
    test::RingMachine stopped;
    static_cast<void>(run_to(Place::first_frame, stopped.machine, stopped.kernel, {}));
    const auto stop = stopped.run();
    CHECK(stop.status == 85);
    test::RingMachine plain;
    CHECK(plain.run().status == 85);
    CHECK(plain.machine.cpu().clock == stopped.machine.cpu().clock);
}

TEST_CASE("inspect: services come from the personality's list", "[debug]") {
    test::RingMachine ring;
    const auto view = inspect("ssdt", ring.machine, ring.kernel);
    REQUIRE(view.rows.size() == 2);
    CHECK(view.rows[1].cells ==
          std::vector<std::string>{"0001", "Fail", "8", "faked", "always fails"});
}

TEST_CASE("inspect: an unknown table is an error that lists the known ones", "[debug]") {
    test::RingMachine ring;
    CHECK_THROWS_WITH(inspect("gtd", ring.machine, ring.kernel),
                      Catch::Contains("idt gdt tss msr mappings frame ssdt"));
}

TEST_CASE("inspect: before any call there is no frame", "[debug]") {
    test::RingMachine ring;
    CHECK(inspect("frame", ring.machine, ring.kernel).title == "no trap frame");
}

TEST_CASE("run to: a program that ends first is told of", "[debug]") {
    test::RingMachine ring;
    const std::array halt{std::byte{0xF4}};
    ring.machine.memory().write_bytes({test::RingKernel::base}, halt);
    CHECK(run_to(Place::first_frame, ring.machine, ring.kernel, {}).kind ==
          guest::StopKind::guest_exit);
}

}  // namespace ringside::debug
