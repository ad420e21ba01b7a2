// SPDX-License-Identifier: MIT
#include "trace/summary.hpp"

#include <catch2/catch.hpp>

#include "base/text.hpp"

namespace ringside::trace {
namespace {

class Counted : public Sink {
  public:
    void begin(const Header&) override { ++begins; }
    void record(const Record&) override { ++records; }
    void end(const Footer&) override { ++ends; }
    int begins = 0;
    int records = 0;
    int ends = 0;
};

Record call(std::string name, std::uint64_t clocks, std::uint32_t result = 0) {
    Record record;
    record.call_name = std::move(name);
    record.exit.emplace();
    record.result = result;
    record.add_cost("gate", Cycles{clocks});
    record.service.emplace().standing.state = guest::ServiceState::real;
    return record;
}

}  // namespace

TEST_CASE("summary: calls, errors and own clocks by name, the dearest first", "[trace]") {
    Counted trace;
    std::string out;
    SummarySink sink(
        trace, [&out](std::string_view text) { out += text; }, SummaryForm::table,
        SummarySink::Place::alone);
    sink.begin({});
    sink.record(call("NtClose", 100));
    sink.record(call("NtClose", 50, 0xC0000008));
    sink.record(call("NtReadFile", 600));
    Record unknown = call("service 0x999", 250, 0xC000001C);
    unknown.service.reset();
    sink.record(unknown);
    sink.end({});
    const auto lines = lines_of(out);
    REQUIRE(lines.size() == 5);
    CHECK(lines[1] == "   60.00           600         600         1            NtReadFile");
    CHECK(lines[2] ==
          "   25.00           250         250         1         1  service 0x999 (absent)");
    CHECK(lines[3] == "   15.00           150          75         2         1  NtClose");
    CHECK(lines[4] == "  100.00          1000         250         4         2  total");
    CHECK(trace.begins + trace.records + trace.ends == 0);
}

TEST_CASE("summary: behind a trace it hands everything on", "[trace]") {
    Counted trace;
    SummarySink sink(
        trace, [](std::string_view) {}, SummaryForm::jsonl, SummarySink::Place::behind_trace);
    sink.begin({});
    sink.record(call("NtClose", 1));
    sink.end({});
    CHECK(trace.begins == 1);
    CHECK(trace.records == 1);
    CHECK(trace.ends == 1);
}

TEST_CASE("summary: ever new numbers do not fill the memory", "[trace]") {
    Counted trace;
    std::string out;
    SummarySink sink(
        trace, [&out](std::string_view text) { out += text; }, SummaryForm::table,
        SummarySink::Place::alone);
    for (int i = 0; i < 10'000; ++i) {
        sink.record(call("service " + std::to_string(i), 1));
    }
    sink.end({});
    CHECK(lines_of(out).size() == 4096 + 3);
    CHECK(out.find("5904            (others)") != std::string::npos);
}

}  // namespace ringside::trace
