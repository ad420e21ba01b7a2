// SPDX-License-Identifier: MIT
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "base/text.hpp"
#include "support/ring_machine.hpp"
#include "trace/html.hpp"
#include "trace/perfetto.hpp"
#include "trace/tracer.hpp"

namespace ringside::trace {
namespace {

/// What a sink of many writes has written, and when it grew.
struct Written {
    std::string text;
    std::size_t largest = 0;

    [[nodiscard]] Write write() {
        return [this](std::string_view more) {
            text += more;
            largest = std::max(largest, more.size());
        };
    }
};

void trace_rings(Sink& sink) {
    test::RingMachine ring;
    sink.begin({"rings.flat", "bare", "p6", 1000, "auto", true});
    Tracer tracer(ring.machine, ring.kernel, sink, false, sink.clock_observer());
    const auto stop = ring.run();
    tracer.finish();
    sink.end({stop, ring.machine.cpu().cycles(), tracer.records()});
}

Record call_named(std::string name, std::uint64_t number) {
    Record record;
    record.number = number;
    record.call_name = std::move(name);
    record.origin = "a.exe!<b>";
    record.ends = Cycles{10};
    record.service.emplace();
    record.service->arguments.push_back({"Name", 1, "</script><script>alert(1)</script>"});
    return record;
}

std::vector<nlohmann::json> slices(const nlohmann::json& trace, std::string_view category) {
    std::vector<nlohmann::json> found;
    for (const auto& event : trace["traceEvents"]) {
        if (event["ph"] == "X" && event["cat"] == category) {
            found.push_back(event);
        }
    }
    return found;
}

/// The parts of a report as its script reads them.
std::vector<nlohmann::json> parts_of(const std::string& report) {
    std::vector<nlohmann::json> parts;
    constexpr std::string_view opens = "class=\"part\">";
    for (auto at = report.find(opens); at != std::string::npos; at = report.find(opens, at + 1)) {
        const auto from = at + opens.size();
        parts.push_back(
            nlohmann::json::parse(report.substr(from, report.find("</script>", from) - from)));
    }
    return parts;
}

}  // namespace

TEST_CASE("perfetto: user, gate, kernel, service and exit follow on the guest's clock", "[trace]") {
    Written written;
    PerfettoSink sink(written.write());
    trace_rings(sink);
    const auto trace = nlohmann::json::parse(written.text);
    CHECK(trace["displayTimeUnit"] == "ns");
    const auto call = slices(trace, "call").at(0);
    CHECK(call["name"] == "Add");
    const auto ends = [](const nlohmann::json& slice) {
        return slice["ts"].get<std::uint64_t>() + slice["dur"].get<std::uint64_t>();
    };
    const auto gate = slices(trace, "gate").at(0);
    const auto kernel = slices(trace, "kernel").at(0);
    const auto service = slices(trace, "service").at(0);
    const auto exit = slices(trace, "exit").at(0);
    CHECK(gate["ts"] == call["ts"]);
    CHECK(kernel["ts"] == ends(gate));
    CHECK(service["ts"] == ends(kernel));
    CHECK(exit["ts"] == ends(service));
    CHECK(ends(exit) == ends(call));
    const auto user = slices(trace, "user");
    REQUIRE(user.size() >= 2);
    CHECK(ends(user[0]) == call["ts"]);
    CHECK(user[1]["ts"] == ends(call));
}

TEST_CASE("perfetto: a trace without records is one all the same", "[trace]") {
    Written written;
    PerfettoSink sink(written.write());
    sink.begin({"\xFF", "xp", "p6", 1000, "int2e", false});
    sink.end({});
    CHECK(nlohmann::json::parse(written.text)["traceEvents"].size() == 2);
}

TEST_CASE("html: what a guest says is data, whatever it says", "[trace]") {
    Written written;
    HtmlSink sink(written.write());
    sink.begin({"<script>\xFF", "xp", "p6", 1000, "int2e", false});
    sink.record(call_named("<!--", 1));
    sink.end({});
    CHECK(written.text.find("alert(1)</script>") == std::string::npos);
    CHECK(written.text.find("<!--") == std::string::npos);
    CHECK(written.text.find("<title>&lt;script&gt;") != std::string::npos);
    const auto parts = parts_of(written.text);
    REQUIRE(parts.size() == 1);
    const auto& strings = parts[0]["s"];
    const auto& record = parts[0]["r"][0];
    CHECK(strings.at(record[6].get<std::size_t>()) == "<!--");
    CHECK(strings.at(record[12][5][0][2].get<std::size_t>()) ==
          "</script><script>alert(1)</script>");
}

TEST_CASE("html: a place is written once, and the parts leave as they fill", "[trace]") {
    Written written;
    HtmlSink sink(written.write());
    sink.begin({"a", "xp", "p6", 1000, "int2e", false});
    for (std::uint64_t i = 1; i <= 10'000; ++i) {
        sink.record(call_named("NtClose", i));
    }
    const std::size_t before_end = written.text.size();
    sink.end({});
    CHECK(written.text.size() - before_end < 1000);
    CHECK(written.largest < 200'000);
    const auto parts = parts_of(written.text);
    CHECK(parts.size() == 21);
    CHECK(parts[0]["s"].size() < 20);
    CHECK(parts[7]["s"].empty());
}

TEST_CASE("html: of a frame stands there what differs from the thread's last", "[trace]") {
    HtmlPart part;
    Record record = call_named("NtClose", 1);
    record.thread = 4;
    record.frame = Frame{"KTRAP_FRAME", {}, {{"Eip", 0, 4, 7}, {"SegCs", 4, 4, 0x1B}}};
    part.add(record);
    record.frame->fields[0].value = 9;
    part.add(record);
    const auto frames = nlohmann::json::parse(part.take())["r"];
    CHECK(frames[0][10] == nlohmann::json::parse("[0, 0, [7, 27], 0]"));
    CHECK(frames[1][10] == nlohmann::json::parse("[0, 0, [0, 9], 1]"));
    // A part can be read without the ones before.
    part.add(record);
    CHECK(nlohmann::json::parse(part.take())["r"][0][10][3] == 0);
}

TEST_CASE("html: of a register stands there what it was before only where it is not known",
          "[trace]") {
    HtmlPart part;
    Record record = call_named("NtClose", 1);
    record.stages.push_back({"frame", {}, {}, {}, {}, {{"eax", 1, 2}}});
    record.stages.push_back({"lookup", {}, {}, {}, {}, {{"eax", 2, 3}}});
    record.stages.push_back({"copy", {}, {}, {}, {}, {{"eax", 9, 4}}});
    part.add(record);
    const auto stages = nlohmann::json::parse(part.take())["r"][0][11];
    CHECK(stages[0][5][0].size() == 3);
    CHECK(stages[1][5][0].size() == 2);
    CHECK(stages[2][5][0].size() == 3);
}

TEST_CASE("html: strings without end cost no memory without end", "[trace]") {
    HtmlPart part;
    for (std::uint64_t i = 0; i < 70'000; ++i) {
        part.add(call_named("name " + std::to_string(i), i));
        if (part.is_full()) {
            const auto json = nlohmann::json::parse(part.take());
            const auto& name = json["r"].back()[6];
            CHECK(name.is_string() == (i > 65'600));
        }
    }
    Record record = call_named(std::string(5000, 'x'), 1);
    part.add(record);
    CHECK(part.take().size() < 2500);
}

TEST_CASE("html: of more records than a browser holds, the report says how many are missing",
          "[trace]") {
    Written written;
    HtmlSink sink(written.write(), 100);
    sink.begin({"a", "xp", "p6", 1000, "int2e", false});
    for (std::uint64_t i = 1; i <= 130; ++i) {
        sink.record(call_named("NtClose", i));
    }
    sink.end({});
    CHECK(parts_of(written.text).at(0)["r"].size() == 100);
    CHECK(written.text.find("\"left_out\":30") != std::string::npos);
}

TEST_CASE("html: the file asks the browser for nothing", "[trace]") {
    Written written;
    HtmlSink sink(written.write());
    trace_rings(sink);
    CHECK(written.text.find("default-src 'none'") != std::string::npos);
    for (const char* const reference : {"http:", "https:", "src=", "href=\"/", "@import", "url("}) {
        INFO(reference);
        CHECK(written.text.find(reference) == std::string::npos);
    }
    CHECK(parts_of(written.text).at(0)["r"].size() == 3);
}

}  // namespace ringside::trace
