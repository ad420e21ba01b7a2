// SPDX-License-Identifier: MIT
#include "measure/report.hpp"

#include <catch2/catch.hpp>

namespace ringside::measure {
namespace {

Report small() {
    RoundTrip int2e{"bare", "i486", "int 2Eh", false, 10, {{"gate", 710}, {"return", 360}}};
    RoundTrip sysenter{"bare", "p6", "sysenter", true, 10, {{"gate", 400}, {"return", 405}}};
    Report report;
    report.trips = {int2e, sysenter};
    report.published = {{"107", "486DX-50", "INT and IRET", "a paper", "recalled"}};
    return report;
}

}  // namespace

TEST_CASE("report: round trips stand side by side, and say what rests on no manual", "[measure]") {
    const std::string text = markdown_text(small());
    INFO(text);
    CHECK(
        text.starts_with("## Clocks of a round trip: bare ring loop\n\n"
                         "| stage | i486, int 2Eh | p6, sysenter |\n|---|---:|---:|\n"
                         "| gate | 71 | 40 |\n| return | 36 | 40.5 |\n"
                         "| **round trip** | **107** | **80.5** |\n"
                         "| figures | documented | assumed |\n"));
    CHECK(text.find("service body: not modelled\n") != std::string::npos);
    CHECK(text.find("| 107 | 486DX-50 | INT and IRET | a paper | recalled |") != std::string::npos);
    CHECK(text.find("Speed") == std::string::npos);
}

TEST_CASE("report: a row a figure", "[measure]") {
    Report report = small();
    report.speeds = {{"bare", "int 2Eh", 7.5}};
    const std::string text = tsv_text(report);
    INFO(text);
    CHECK(text.find("round trip\tbare\ti486\tint 2Eh\ttotal\t107\tdocumented\n") !=
          std::string::npos);
    CHECK(text.find("published\t\t486DX-50\t\tINT and IRET\t107\ta paper; recalled\n") !=
          std::string::npos);
    CHECK(text.find("speed\tbare\t\tint 2Eh\tmillion rounds a second\t7.50\tthis host\n") !=
          std::string::npos);
}

}  // namespace ringside::measure
