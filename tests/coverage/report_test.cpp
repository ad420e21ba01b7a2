// SPDX-License-Identifier: MIT
#include "coverage/report.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "base/text.hpp"

using namespace ringside;
using namespace ringside::coverage;

namespace {

Tally of_one_call(const std::string& name, guest::ServiceStanding standing) {
    Tally tally([standing](std::string_view) { return std::optional(standing); });
    tally.begin_run("a.exe");
    tally.add({.type = "call", .name = name});
    return tally;
}

}  // namespace

TEST_CASE("coverage report: what is real shows on request", "[coverage]") {
    const Tally tally = of_one_call("NtClose", {guest::ServiceState::real, {}});
    CHECK(text_report(tally, {}) ==
          "1 run, 1 call of 1 service: 0 absent, 0 faked, 0 partial, 1 real\n");
    CHECK_THAT(text_report(tally, {.all = true}), Catch::Contains("NtClose"));
}

TEST_CASE("coverage report: jsonl has the sums first", "[coverage]") {
    const Tally tally = of_one_call("NtOpenKey", {guest::ServiceState::faked, "there is none"});
    const std::string text = jsonl_report(tally, {});
    const auto lines = lines_of(text);
    REQUIRE(lines.size() == 2);
    const auto sums = nlohmann::json::parse(lines[0]);
    CHECK(sums["type"] == "coverage");
    CHECK(sums["runs"] == 1);
    const auto row = nlohmann::json::parse(lines[1]);
    CHECK(row["name"] == "NtOpenKey");
    CHECK(row["state"] == "faked");
    CHECK(row["note"] == "there is none");
}

TEST_CASE("coverage report: names from a file reach no terminal and no table as they are",
          "[coverage][hostile]") {
    const Tally tally = of_one_call("\x1B[2J|\xFF", {});
    CHECK_THAT(text_report(tally, {}), Catch::Contains("\\x1B[2J|"));
    CHECK_THAT(markdown_report(tally, {}), Catch::Contains("\\x1B[2J/"));
    const std::string text = jsonl_report(tally, {});
    for (const auto line : lines_of(text)) {
        CHECK(nlohmann::json::accept(line));
    }
}
