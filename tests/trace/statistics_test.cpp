// SPDX-License-Identifier: MIT
#include "trace/statistics.hpp"

#include <sstream>

#include <catch2/catch.hpp>

#include "support/ring_machine.hpp"

namespace ringside::trace {
namespace {

std::uint64_t number_behind(const std::string& text, const std::string& name) {
    std::istringstream rest(text.substr(text.find(name) + name.size()));
    std::uint64_t value = 0;
    rest >> value;
    return value;
}

}  // namespace

TEST_CASE("statistics: rings and transitions add up to the total", "[trace]") {
    test::RingMachine ring;
    const Statistics statistics(ring.machine);
    REQUIRE(ring.run().kind == guest::StopKind::guest_exit);
    const std::string text = statistics.text(true);
    INFO(text);
    CHECK(number_behind(text, "total") == ring.machine.cpu().cycles().value);
    // Clocks are thousandths rounded down at each border, one at most for each.
    const std::uint64_t sum = number_behind(text, "ring 3") + number_behind(text, "ring 0") +
                              number_behind(text, "  transitions") + number_behind(text, "idle");
    CHECK(sum == ring.machine.cpu().cycles().value);
    CHECK(number_behind(text, "\nint 2Eh") == 1);
    CHECK(number_behind(text, "\nsysenter") == 1);
    CHECK(number_behind(text, "\nsysexit") == 1);
    CHECK(number_behind(text, "\niretd") == 3);
    CHECK(text.find("service body: not modelled") != std::string::npos);
    CHECK(text.find("contains assumed figures") != std::string::npos);
}

TEST_CASE("statistics: nothing is marked where every figure is printed in a manual", "[trace]") {
    test::RingMachine ring;
    const Statistics statistics(ring.machine);
    CHECK(statistics.text(false).find("assumed") == std::string::npos);
}

}  // namespace ringside::trace
