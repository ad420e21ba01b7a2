// SPDX-License-Identifier: MIT
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "base/text.hpp"
#include "cli/cli.hpp"

using namespace ringside::test;

namespace {

std::vector<nlohmann::json> records(const std::string& program, std::vector<std::string> options) {
    options.insert(options.begin(), {"trace", "--format", "jsonl"});
    options.push_back(example(program));
    const auto finished = ringside::test::ringside(options);
    std::vector<nlohmann::json> result;
    for (const auto line : ringside::lines_of(finished.error)) {
        result.push_back(nlohmann::json::parse(line));
    }
    return result;
}

nlohmann::json call_named(const std::vector<nlohmann::json>& all, std::string_view name) {
    for (const auto& record : all) {
        if (record["type"] == "call" && record["name"] == name) {
            return record;
        }
    }
    return {};
}

}  // namespace

TEST_CASE("trace: NtReadFile of readfile.exe fits on a screen with every step", "[cli]") {
    for (const char* entry : {"int2e", "sysenter"}) {
        const auto finished =
            ringside::test::ringside({"trace", "--entry", entry, example("readfile.exe")});
        INFO(finished.error);
        CHECK(finished.status == 0);
        CHECK(count_lines(finished.output + finished.error) <= 40);
        const auto call = finished.error.find(" NtReadFile(");
        REQUIRE(call != std::string::npos);
        const auto path = finished.error.substr(call, finished.error.find("\n#", call) - call);
        for (const char* step :
             {"= STATUS_SUCCESS", "ntdll!NtReadFile+", "kernel32!ReadFile+", "gate ",
              "stack 0023:", "-> 0010:", "frame ", "lookup KiServiceTable[0xB7]", "copy 36 bytes",
              "service nt!NtReadFile", "exit "}) {
            INFO(step);
            CHECK(contains(path, step));
        }
    }
}

TEST_CASE("trace: two runs are equal to the byte, at any block size", "[cli]") {
    for (const char* program : {"readfile.exe", "seh.exe", "guard_page.exe"}) {
        const auto traced = [&](const char* size) {
            return ringside::test::ringside({"trace", "--startup", "--format", "jsonl", "--frames",
                                             "--block-size", size, example(program)})
                .error;
        };
        const std::string first = traced("64");
        CHECK(traced("64") == first);
        CHECK(traced("1") == first);
        CHECK(traced("8") == first);
    }
}

TEST_CASE("trace: both entries give the same services and results", "[cli]") {
    const auto services = [](const char* entry) {
        std::vector<std::string> result;
        for (const auto& record : records("readfile.exe", {"--entry", entry})) {
            if (record["type"] == "call") {
                result.push_back(record["name"].get<std::string>() + " " +
                                 record.value("result_name", "none") + " " +
                                 record["service"]["arguments"].dump());
            }
        }
        return result;
    };
    const auto int2e = services("int2e");
    CHECK(int2e.size() >= 5);
    CHECK(services("sysenter") == int2e);
}

TEST_CASE("trace: the stages of a call add up to its clocks", "[cli]") {
    for (const char* cpu : {"i486", "p6"}) {
        const auto call = call_named(records("readfile.exe", {"--cpu", cpu}), "NtReadFile");
        REQUIRE(call.is_object());
        std::uint64_t sum = call["entry"]["clocks"].get<std::uint64_t>() +
                            call["exit"]["clocks"].get<std::uint64_t>();
        for (const auto& stage : call["stages"]) {
            sum += stage["clocks"].get<std::uint64_t>();
        }
        CHECK(sum == call["clocks"].get<std::uint64_t>());
        CHECK(call["frame"]["fields"].size() == 0x23);
    }
}

TEST_CASE("trace: the loader is shown on request only", "[cli]") {
    const auto plain = records("hello.exe", {});
    const auto all = records("hello.exe", {"--startup"});
    CHECK(all.size() > plain.size());
    CHECK(all[1]["type"] != "header");
    bool apc = false;
    for (const auto& record : all) {
        apc = apc || (record["type"] == "dispatch" &&
                      record["exit"]["place"] == "ntdll!KiUserApcDispatcher");
    }
    CHECK(apc);
}

TEST_CASE("trace: an exception is a record with its way to the dispatcher", "[cli]") {
    bool divided = false;
    for (const auto& record : records("seh.exe", {})) {
        if (record["type"] == "exception" && record["entry"]["how"] == "#DE") {
            divided = true;
            CHECK(record["exit"]["diverted"] == true);
            CHECK(record["exit"]["place"] == "ntdll!KiUserExceptionDispatcher");
            CHECK(record["frame"]["fields"]["Eip"] == record["entry"]["before"]["eip"]);
            CHECK(record["frame"]["fields"]["SegFs"] == 0x3B);
        }
    }
    CHECK(divided);
}

TEST_CASE("trace: --frames names all 0x23 fields", "[cli]") {
    const auto finished = ringside::test::ringside({"trace", "--frames", example("hello.exe")});
    for (const char* field : {"+00 DbgEbp", "+08 DbgArgMark BADB0D00", "+3C Edx",
                              "+6C SegCs 0000001B", "+78 HardwareSegSs 00000023", "+88 V86Gs"}) {
        INFO(field);
        CHECK(contains(finished.error, field));
    }
}

TEST_CASE("trace: a hooked service slot shows the hook", "[cli]") {
    const auto finished = ringside::test::ringside(
        {"trace", "--patch", example("ssdt_hook.patch"), example("ssdt_hook.exe")});
    CHECK(finished.status == 0);
    CHECK(contains(finished.error, "service 8003FC00"));
    CHECK(contains(finished.error, "NtReadFile(...) = STATUS_ACCESS_DENIED"));
}

TEST_CASE("trace: the guest's output is untouched, the trace may go to a file", "[cli]") {
    const TemporaryFolder folder;
    const std::string file = folder.path() + "/trace.txt";
    const auto finished = ringside::test::ringside({"trace", "-o", file, example("hello.exe")});
    CHECK(finished.output == "Hello from ring 3.\n");
    CHECK(finished.error.empty());
    CHECK(contains(text_of_file(file), "NtWriteFile("));
}

TEST_CASE("trace: a service that a service calls is a record of its own, at its depth", "[cli]") {
    const auto finished = ringside::test::ringside(
        {"trace", "--frames", "--patch-object", example("zw_nested_driver.o"), "--patch",
         example("zw_nested.patch"), example("zw_nested.exe")});
    INFO(finished.error);
    REQUIRE(finished.status == 0);
    CHECK(
        contains(finished.error, "called by kernel code, depth 1, back to nt!ZwQuerySystemTime+"));
    CHECK(
        contains(finished.error, "called by kernel code, depth 3, back to nt!ZwQueryBootOptions+"));
    CHECK(
        contains(finished.error, "called by kernel code, depth 4, back to nt!ZwQuerySystemTime+"));
    // None is left open to take the next for its own.
    CHECK_FALSE(contains(finished.error, "depth 5"));
    // Frames of ring 0 end before SS and ESP.
    const auto nested = finished.error.find("called by kernel code");
    const auto next = finished.error.find("\n#", nested);
    CHECK_FALSE(contains(finished.error.substr(nested, next - nested), "HardwareEsp"));
    CHECK(contains(finished.error.substr(nested, next - nested), "+70 EFlags"));
}

TEST_CASE("trace: devices interrupt at their clock, in the order of their lines", "[cli]") {
    const auto finished =
        ringside::test::ringside({"trace", "--verbose", "--startup", "--irq", "5@40000", "--irq",
                                  "11@40000", example("hello.exe")});
    INFO(finished.error);
    CHECK(finished.status == 0);
    const auto first = finished.error.find("interrupt 3Bh at ");
    const auto second = finished.error.find("interrupt 35h at ");
    REQUIRE(first != std::string::npos);
    REQUIRE(second != std::string::npos);
    CHECK(first < second);
}
