// SPDX-License-Identifier: MIT
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "base/text.hpp"
#include "support/ring_machine.hpp"
#include "trace/jsonl.hpp"
#include "trace/text.hpp"
#include "trace/tracer.hpp"
#include "trace/tree.hpp"
#include "trace/words.hpp"

namespace ringside::trace {
namespace {

template <typename MakeSink>
std::string traced(const MakeSink& make) {
    std::string out;
    const Write write = [&out](std::string_view text) { out += text; };
    auto sink = make(write);
    test::RingMachine ring;
    sink.begin({"rings.flat", "bare", "p6", 1000, "auto", true});
    Tracer tracer(ring.machine, ring.kernel, sink, false);
    const auto stop = ring.run();
    tracer.finish();
    sink.end({stop, ring.machine.cpu().cycles(), tracer.records()});
    return out;
}

std::string text_trace(TextOptions options = {}) {
    return traced([&](const Write& write) { return TextSink(write, options); });
}

bool contains(const std::string& text, std::string_view part) {
    return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("text: three lines a call, with every step of the way", "[trace]") {
    const std::string text = text_trace();
    const auto lines = lines_of(text);
    INFO(text);
    REQUIRE(lines.size() == 9);
    CHECK(contains(std::string(lines[0]), "os bare, cpu p6, 1000 MHz, entry auto"));
    CHECK(contains(std::string(lines[1]), "#1 Add("));
    CHECK(contains(std::string(lines[1]), "= 0x0000002A"));
    CHECK(trim(lines[2]) == "rings through rings: int 2Eh at rings!user_int < rings!user+0xB");
    for (const char* step :
         {"gate IDT[2E] rings!system_service", "stack 0023:", "-> 0010:", "frame 0008FFE0",
          "lookup", "copy 8 bytes", "service rings!service_add", "exit iretd"}) {
        CHECK(contains(std::string(lines[3]), step));
    }
    CHECK(contains(std::string(lines[4]), "#2 int 03h at rings!user"));
    CHECK(contains(std::string(lines[5]), "#3 Fail(...) = STATUS_NOT_IMPLEMENTED"));
    CHECK(contains(std::string(lines[7]), "gate MSR 176 rings!fast_call"));
    CHECK(contains(std::string(lines[7]), "exit sysexit"));
    CHECK(contains(std::string(lines[8]), "# exit status 0x55; 3 records"));
}

TEST_CASE("text: two runs are equal to the byte", "[trace]") {
    CHECK(text_trace() == text_trace());
}

TEST_CASE("text: --frames names every field with its offset", "[trace]") {
    TextOptions options;
    options.frames = true;
    const std::string text = text_trace(options);
    CHECK(contains(text, "RING_FRAME at 0008FFE0"));
    CHECK(contains(text, "+10 SegCs 0000001B"));
    CHECK(contains(text, "+1C HardwareSegSs 00000023"));
}

TEST_CASE("text: colours only when asked for", "[trace]") {
    CHECK_FALSE(contains(text_trace(), "\x1B["));
    TextOptions options;
    options.color = true;
    CHECK(contains(text_trace(options), "\x1B[31mSTATUS_NOT_IMPLEMENTED\x1B[0m"));
}

TEST_CASE("text: a call is a pair of lines when another thread's stands between", "[trace]") {
    std::string out;
    TextSink sink([&out](std::string_view text) { out += text; }, {});
    const auto call = [](std::uint64_t number, std::uint32_t thread, const char* name) {
        Record record;
        record.number = number;
        record.thread = thread;
        record.call_name = name;
        record.returned = true;
        record.service.emplace().standing.state = guest::ServiceState::real;
        return record;
    };
    sink.suspended(call(1, 4, "NtWaitForSingleObject"));
    sink.record(call(2, 8, "NtClose"));
    sink.record(call(3, 8, "NtSetEvent"));
    sink.record(call(1, 4, "NtWaitForSingleObject"));
    sink.suspended(call(4, 8, "NtYieldExecution"));  // and back before anything happens
    sink.record(call(4, 8, "NtYieldExecution"));
    std::vector<std::string> calls;
    for (const auto line : lines_of(out)) {
        if (line.starts_with('#')) {
            calls.emplace_back(line.substr(0, line.find(',')));
        }
    }
    CHECK(calls == std::vector<std::string>{
                       "#1 [0x4] NtWaitForSingleObject() ... unfinished",
                       "#2 [0x8] NtClose() = 0x00000000",
                       "#3 [0x8] NtSetEvent() = 0x00000000",
                       "#1 [0x4] NtWaitForSingleObject ... resumed = 0x00000000",
                       "#4 [0x8] NtYieldExecution() = 0x00000000",
                   });
}

TEST_CASE("tree: a call is one nested record", "[trace]") {
    const std::string tree =
        traced([](const Write& write) { return TreeSink(write, TreeOptions{}); });
    INFO(tree);
    std::size_t last = 0;
    for (const char* row : {"#1 Add = 0x0000002A", "stub ", "called from rings!user+0xB", "gate ",
                            "int gate32", "DPL 3", "stack ", "frame ", "SegCs=0000001B", "lookup",
                            "copy ", "service ", "exit ", "return ", "iretd to"}) {
        const auto at = tree.find(row, last);
        INFO(row);
        REQUIRE(at != std::string::npos);
        last = at;
    }
}

TEST_CASE("jsonl: a header, a record a line, an end", "[trace]") {
    const std::string text = traced([](const Write& write) { return JsonlSink(write); });
    const auto lines = lines_of(text);
    REQUIRE(lines.size() == 5);
    std::vector<nlohmann::json> json;
    for (const auto line : lines) {
        json.push_back(nlohmann::json::parse(line));
    }
    CHECK(json[0]["type"] == "header");
    CHECK(json[0]["version"] == JsonlSink::version);
    CHECK(json[1]["type"] == "call");
    CHECK(json[1]["name"] == "Add");
    CHECK(json[1]["entry"]["how"] == "int 2Eh");
    CHECK(json[1]["gate"]["vector"] == 0x2E);
    CHECK(json[1]["stack"]["source"] == "tss");
    CHECK(json[1]["frame"]["fields"]["SegCs"] == 0x1B);
    CHECK(json[1]["stages"][3]["function"] == "rings!service_add");
    CHECK(json[1]["result"] == 42);
    CHECK(json[2]["type"] == "software_interrupt");
    CHECK(json[3]["gate"]["kind"] == "sysenter");
    CHECK(json[3]["result_name"] == "STATUS_NOT_IMPLEMENTED");
    CHECK(json[4]["type"] == "end");
    CHECK(json[4]["status"] == 85);
}

TEST_CASE("text: what a guest says cannot move the terminal's cursor", "[trace]") {
    CHECK(argument_text({"Name", 0, "a\x1B[2Jb\n"}) == "Name=a\\x1B[2Jb\\n");
    CHECK(argument_text({"", 0x1C, ""}) == "0x1C");
    CHECK(argument_text({"Long", 0, std::string(500, 'x')}).size() < 100);
}

TEST_CASE("jsonl: bytes that are no UTF-8 do not stop the trace", "[trace]") {
    std::string out;
    JsonlSink sink([&out](std::string_view text) { out += text; });
    Record record;
    record.service.emplace();
    record.service->arguments.push_back({"Name", 1, "\xFF\xFE"});
    sink.record(record);
    CHECK(nlohmann::json::accept(out));
}

}  // namespace ringside::trace
