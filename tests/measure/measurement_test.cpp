// SPDX-License-Identifier: MIT
#include "measure/measurement.hpp"

#include <catch2/catch.hpp>

#include "base/ensure.hpp"

namespace ringside::measure {

TEST_CASE("measurements: each names its machine, its source and who read it", "[measure]") {
    REQUIRE(published_measurements().size() >= 5);
    for (const Measurement& row : published_measurements()) {
        CHECK_FALSE(row.machine.empty());
        CHECK_FALSE(row.what.empty());
        CHECK_FALSE(row.source.empty());
    }
}

TEST_CASE("measurements: a row that is none is no table", "[measure]") {
    const std::string head = "clocks\tmachine\twhat\tsource\tstanding\n";
    CHECK(read_measurements(head + "52\tPentium\tINT\ta paper\tread\n").front().clocks == "52");
    for (const char* row : {"52\tPentium\tINT\ta paper\n", "many\tPentium\tINT\ta paper\tread\n",
                            "52\tPentium\tINT\ta paper\theard\n"}) {
        CHECK_THROWS_AS(read_measurements(head + row), BrokenInvariant);
    }
}

}  // namespace ringside::measure
