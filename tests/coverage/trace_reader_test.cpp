// SPDX-License-Identifier: MIT
#include "coverage/trace_reader.hpp"

#include <sstream>

#include <catch2/catch.hpp>

#include "base/ensure.hpp"
#include "coverage/report.hpp"

using namespace ringside;
using namespace ringside::coverage;

namespace {

const std::string header = R"({"type":"header","version":2,"program":"a.exe"})"
                           "\n";

Tally nobody_knows_any() {
    return Tally([](std::string_view) { return std::nullopt; });
}

std::string complaint(const std::string& trace) {
    Tally tally = nobody_knows_any();
    std::istringstream stream(trace);
    try {
        count_trace(stream, "a.jsonl", tally);
    } catch (const InputError& error) {
        CHECK(error.exit_status() == 2);
        return error.what();
    }
    return "none";
}

}  // namespace

TEST_CASE("trace reader: counts calls of one run", "[coverage]") {
    Tally tally = nobody_knows_any();
    std::istringstream trace(header + R"({"type":"call","name":"NtA","service":{"state":"absent"}})"
                                      "\n"
                                      R"({"type":"exception"})"
                                      "\n"
                                      R"({"type":"end"})"
                                      "\nringside: a report on the end\n");
    CHECK_FALSE(count_trace(trace, "a.jsonl", tally));
    CHECK(tally.runs() == 1);
    CHECK(tally.calls() == 1);
    REQUIRE(tally.ranking().size() == 1);
    CHECK(tally.ranking()[0].name == "NtA");
    CHECK(tally.ranking()[0].first_program == "a.exe");
}

TEST_CASE("trace reader: a last line that was cut off is told of, not counted", "[coverage]") {
    Tally tally = nobody_knows_any();
    std::istringstream trace(header + R"({"type":"call","na)");
    CHECK(count_trace(trace, "a.jsonl", tally));
    CHECK(tally.calls() == 0);
}

TEST_CASE("trace reader: several traces one behind the other are several runs", "[coverage]") {
    const std::string call = "{\"type\":\"call\",\"name\":\"NtA\"}\n";
    const std::string end = "{\"type\":\"end\"}\n";
    Tally tally = nobody_knows_any();
    std::istringstream whole(header + call + end + "a report\n" + header + call + call + end);
    CHECK_FALSE(count_trace(whole, "a.jsonl", tally));
    CHECK(tally.runs() == 2);
    CHECK(tally.calls() == 3);

    Tally killed = nobody_knows_any();
    std::istringstream without(header + call + header + call + end);
    CHECK(count_trace(without, "a.jsonl", killed));
    CHECK(killed.runs() == 2);
    CHECK(killed.calls() == 2);
}

TEST_CASE("trace reader: what is no trace is named with its line", "[coverage][hostile]") {
    CHECK_THAT(complaint(""), Catch::StartsWith("a.jsonl:1: empty"));
    CHECK_THAT(complaint("{}\n"), Catch::StartsWith("a.jsonl:1: the first line is no header"));
    CHECK_THAT(complaint("MZ\n"), Catch::StartsWith("a.jsonl:1: "));
    CHECK_THAT(complaint(header + "{\"a\":\n"), Catch::StartsWith("a.jsonl:2: column 6"));
    CHECK_THAT(complaint(R"({"type":"header","version":1})"
                         "\n"),
               Catch::Contains("version 1 of a trace, and this reads 2; make it again"));
    CHECK_THAT(complaint(header + "\"" + std::string(17U << 20, 'x')),
               Catch::StartsWith("a.jsonl:2: a line of more than 16 MiB"));
}

TEST_CASE("tally: ranked by what lacks most, then by runs, then by calls", "[coverage]") {
    Tally tally([](std::string_view name) -> std::optional<guest::ServiceStanding> {
        if (name == "NtReal") {
            return guest::ServiceStanding{guest::ServiceState::real, {}};
        }
        if (name == "NtFaked") {
            return guest::ServiceStanding{guest::ServiceState::faked, "nothing happens"};
        }
        if (name.starts_with("Nt")) {
            return guest::ServiceStanding{};
        }
        return std::nullopt;
    });
    const auto call = [&tally](const char* name, std::uint64_t status = 0) {
        tally.add({.type = "call", .name = name, .status = status});
    };
    tally.begin_run("one.exe");
    call("NtReal");
    call("NtOften", 0xC0000002);
    call("NtOften", 0xC0000002);
    call("NtOften", 0xC0000002);
    call("NtWide", 0xC0000002);
    call("NtFaked");
    tally.begin_run("two.exe");
    call("NtWide", 0xC0000002);
    call("service 0xFFF", 0xC000001C);
    std::vector<std::string> order;
    for (const Usage& usage : tally.ranking()) {
        order.push_back(usage.name);
    }
    CHECK(order ==
          std::vector<std::string>{"NtWide", "NtOften", "service 0xFFF", "NtFaked", "NtReal"});
    CHECK(text_report(tally, {}) ==
          "2 runs, 8 calls of 4 services: 2 absent, 1 faked, 0 partial, 1 real; and 1 number that "
          "no table has\n"
          "\n"
          "state      runs      calls     failed  service        first wanted by; what is missing\n"
          "absent        2          2          2  NtWide         one.exe\n"
          "absent        1          3          3  NtOften        one.exe\n"
          "unknown       1          1          1  service 0xFFF  two.exe\n"
          "faked         1          1          0  NtFaked        one.exe; nothing happens\n");
}

TEST_CASE("tally: names beyond the bound are counted together", "[coverage][hostile]") {
    Tally tally = nobody_knows_any();
    tally.begin_run("a.exe");
    for (std::size_t i = 0; i < Tally::most_services + 10; ++i) {
        tally.add({.type = "call", .name = std::to_string(i) + std::string(1000, 'x')});
    }
    CHECK(tally.ranking().size() == Tally::most_services);
    CHECK(tally.ranking()[0].name.size() == Tally::longest_name);
    CHECK(tally.uncounted() == 10);
    CHECK(tally.calls() == Tally::most_services + 10);
}
