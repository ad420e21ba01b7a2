// SPDX-License-Identifier: MIT
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "base/text.hpp"
#include "cli/cli.hpp"

using namespace ringside::test;

TEST_CASE("trace formats: --schema prints the published schema", "[cli]") {
    const auto finished = ringside::test::ringside({"trace", "--schema"});
    CHECK(finished.status == 0);
    CHECK(finished.output ==
          text_of_file(std::string(RINGSIDE_SOURCE) + "/docs/trace.schema.json"));
}

TEST_CASE("trace formats: a file that programs read holds nothing else", "[cli]") {
    const TemporaryFolder folder;
    const std::string file = folder.path() + "/trace";
    const auto traced = [&file](const char* format) {
        return ringside::test::ringside({"trace", "--format", format, "--stats", "--regs",
                                         "--costs", "-o", file, example("deadlock.exe")});
    };
    const auto lines = traced("jsonl");
    CHECK(lines.status == 123);
    const std::string records = text_of_file(file);
    for (const auto line : ringside::lines_of(records)) {
        CHECK(nlohmann::json::accept(line));
    }
    const auto events = traced("perfetto");
    CHECK(events.status == 123);
    CHECK(nlohmann::json::accept(text_of_file(file)));
    for (const auto* const finished : {&lines, &events}) {
        CHECK(contains(finished->error, "deadlock"));
        CHECK(contains(finished->error, "EAX"));
    }
    const auto page = ringside::test::ringside(
        {"trace", "--format", "html", "--stats", "--regs", "-o", file, example("deadlock.exe")});
    CHECK(contains(page.error, "EAX"));
    CHECK(text_of_file(file).ends_with("</html>\n"));
}

TEST_CASE("trace formats: a full disk is reported", "[cli]") {
    for (const char* format : {"tree", "jsonl", "perfetto", "html"}) {
        const auto finished = ringside::test::ringside(
            {"trace", "--format", format, "-o", "/dev/full", example("hello.exe")});
        INFO(format << ": " << finished.error);
        CHECK(finished.status == 125);
        CHECK(is_one_line(finished));
        CHECK(contains(finished.error, "/dev/full: cannot be written: No space left on device"));
    }
}

TEST_CASE("trace formats: two runs are equal to the byte, at any block size", "[cli]") {
    for (const char* format : {"tree", "perfetto", "html"}) {
        const auto traced = [format](const char* size) {
            return ringside::test::ringside({"trace", "--format", format, "--frames", "--costs",
                                             "--block-size", size, example("callback.exe")})
                .error;
        };
        INFO(format);
        const std::string first = traced("64");
        CHECK(traced("64") == first);
        CHECK(traced("1") == first);
    }
}

TEST_CASE("trace formats: the call that ends a callback is over when its caller goes on", "[cli]") {
    const auto finished =
        ringside::test::ringside({"trace", "--format", "jsonl", example("callback.exe")});
    std::uint64_t ended = 0;
    bool seen = false;
    for (const auto line : ringside::lines_of(finished.error)) {
        const auto record = nlohmann::json::parse(line);
        if (record["type"] != "call") {
            continue;
        }
        if (record["name"] == "NtCallbackReturn" && !record.contains("exit")) {
            CHECK(record["stages"].back()["name"] == "service");
            ended = record["clock"].get<std::uint64_t>() + record["clocks"].get<std::uint64_t>();
        } else if (ended != 0) {
            // The outer call, which closes next, has its way out to itself.
            CHECK(record["stages"].back()["name"] == "exit");
            CHECK(record["stages"].back()["clock"] == ended);
            ended = 0;
            seen = true;
        }
    }
    CHECK(seen);
}
