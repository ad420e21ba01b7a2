// SPDX-License-Identifier: MIT
#include <algorithm>
#include <map>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "../profile/callgrind_reader.hpp"
#include "base/text.hpp"
#include "cli/cli.hpp"

using namespace ringside::test;

namespace {

std::string profiled(std::vector<std::string> options, const std::string& program) {
    const TemporaryFolder folder;
    const std::string file = folder.path() + "/profile";
    options.insert(options.begin(), {"profile", "-o", file});
    options.push_back(program);
    const auto finished = ringside::test::ringside(options);
    INFO(finished.error);
    CHECK(finished.status < 120);
    return text_of_file(file);
}

std::uint64_t clocks_of_run(std::vector<std::string> options, const std::string& program) {
    const TemporaryFolder folder;
    const std::string file = folder.path() + "/status.json";
    options.insert(options.begin(), {"run", "--status-json", file});
    options.push_back(program);
    static_cast<void>(ringside::test::ringside(options));
    return nlohmann::json::parse(text_of_file(file))["clocks"];
}

/// Sums of the first column, a table each.
std::map<std::string, std::uint64_t> table_sums(const std::string& text) {
    std::map<std::string, std::uint64_t> sums;
    std::string title;
    for (const std::string_view line : ringside::lines_of(text)) {
        if (line.size() < 36 || line.starts_with('#')) {
            continue;
        }
        const std::string_view first = ringside::trim(line.substr(0, 14));
        if (const auto clocks = ringside::parse_number(first)) {
            sums[title] += *clocks;
        } else {
            title = line.substr(line.rfind("  ") + 2);
        }
    }
    return sums;
}

const std::vector<std::string> programs{"readfile.exe", "threads.exe", "callback.exe", "seh.exe",
                                        "apc.exe"};

}  // namespace

TEST_CASE("profile: every table of a whole run adds up to the run's clock", "[cli]") {
    for (const std::string& program : programs) {
        INFO(program);
        const std::uint64_t clocks = clocks_of_run({}, example(program));
        const auto sums = table_sums(profiled({}, example(program)));
        CHECK(sums.size() == 5);
        for (const auto& [title, sum] : sums) {
            INFO(title);
            CHECK(sum == clocks);
        }
        std::uint64_t collapsed = 0;
        const std::string chains = profiled({"--format", "collapsed"}, example(program));
        for (const std::string_view line : ringside::lines_of(chains)) {
            collapsed += *ringside::parse_number(line.substr(line.rfind(' ') + 1));
        }
        CHECK(collapsed == clocks);
        const auto file = read_callgrind(profiled({"--format", "callgrind"}, example(program)));
        CHECK(file.self_sum() == clocks);
        CHECK(file.totals == clocks);
    }
}

TEST_CASE("profile: no block size and no second run changes a byte", "[cli]") {
    for (const std::string& program : programs) {
        INFO(program);
        const auto whole = profiled({"--format", "callgrind"}, example(program));
        CHECK(profiled({"--format", "callgrind"}, example(program)) == whole);
        const auto flat = profiled({}, example(program));
        for (const char* size : {"1", "2", "8"}) {
            INFO(size);
            CHECK(profiled({"--format", "callgrind", "--block-size", size}, example(program)) ==
                  whole);
            CHECK(profiled({"--block-size", size}, example(program)) == flat);
        }
    }
}

TEST_CASE("profile: at every level of timing tables add up, whatever the block size", "[cli]") {
    for (const auto& [level, cpu] : {std::pair{"count", "p6"}, std::pair{"pipe", "pentium"},
                                     std::pair{"memory", "i486"}, std::pair{"memory", "p6"}}) {
        INFO(level << " " << cpu);
        const std::vector<std::string> options{"--timing", level, "--cpu", cpu};
        const auto flat = profiled(options, example("seh.exe"));
        for (const auto& [title, sum] : table_sums(flat)) {
            INFO(title);
            CHECK(sum == clocks_of_run(options, example("seh.exe")));
        }
        auto single = options;
        single.insert(single.end(), {"--block-size", "1"});
        CHECK(profiled(single, example("seh.exe")) == flat);
    }
}

TEST_CASE("profile: a call is seen from the program through stub and gate to its service",
          "[cli]") {
    for (const auto& [entry, gate, stub] :
         {std::tuple{"int2e", "[int 2Eh]", "ntdll!KiIntSystemCall"},
          std::tuple{"sysenter", "[sysenter]", "ntdll!KiFastSystemCall"}}) {
        INFO(entry);
        const auto chains =
            profiled({"--entry", entry, "--format", "collapsed"}, example("readfile.exe"));
        const std::string way =
            std::string("kernel32!ReadFile;ntdll!NtReadFile;") + stub + ";" + gate + ";nt!";
        CHECK(contains(chains, way));
        const auto flat = profiled({"--entry", entry}, example("readfile.exe"));
        for (const char* row :
             {"  stub\n", "  gate\n", "  frame\n", "  lookup\n", "  copy\n", "  service\n",
              "  exit\n", "  return\n", "  program\n", "  NtReadFile\n",
              "service body: not modelled", "contains assumed figures"}) {
            INFO(row);
            CHECK(contains(flat, row));
        }
    }
}

TEST_CASE("profile: callgrind_annotate reads what we write", "[cli]") {
    const TemporaryFolder folder;
    const std::string file = folder.path() + "/callgrind.out";
    REQUIRE(ringside::test::ringside(
                {"profile", "--format", "callgrind", "-o", file, example("readfile.exe")})
                .status == 0);
    Spawn spawn;
    spawn.arguments = {"/usr/bin/env", "callgrind_annotate", "--inclusive=yes", "--threshold=100",
                       file};
    spawn.environment = {"PATH=/usr/local/bin:/usr/bin:/bin"};
    const auto finished = run(spawn);
    if (finished.status == 127) {
        WARN("skipped: callgrind_annotate is not installed");
        return;
    }
    INFO(finished.error);
    CHECK(finished.status == 0);
    CHECK(contains(finished.output, "PROGRAM TOTALS"));
    CHECK(contains(finished.output, "NtReadFile"));
    std::string total = std::to_string(clocks_of_run({}, example("readfile.exe")));
    for (std::size_t i = total.size(); i > 3; i -= 3) {
        total.insert(i - 3, 1, ',');
    }
    CHECK(contains(finished.output, total));
}

TEST_CASE("profile: a bare kernel is named by its ELF symbols", "[cli]") {
    const auto chains = profiled({"--os", "bare", "--cpu", "i486", "--format", "collapsed"},
                                 example("bare_timer.elf"));
    INFO(chains);
    CHECK(contains(chains, "bare_timer!"));
    CHECK(contains(chains, ";[interrupt "));
}

TEST_CASE("profile: --service-clocks gives bodies their clocks, and says so", "[cli]") {
    const std::vector<std::string> option{"--service-clocks", "100,2"};
    const auto flat = profiled(option, example("readfile.exe"));
    CHECK(contains(flat, "as --service-clocks 100,2 assumes"));
    CHECK(contains(flat, "  service body\n"));
    CHECK(contains(flat, "  body\n"));
    for (const auto& [title, sum] : table_sums(flat)) {
        INFO(title);
        CHECK(sum == clocks_of_run(option, example("readfile.exe")));
    }
}

TEST_CASE("service clocks: a body takes BASE, and PER_BYTE for what it transferred", "[cli]") {
    const auto finished =
        ringside::test::ringside({"trace", "--format", "jsonl", "--costs", "--service-clocks",
                                  "1000,2", example("readfile.exe")});
    unsigned reads = 0;
    for (const auto line : ringside::lines_of(finished.error)) {
        const auto json = nlohmann::json::parse(line);
        if (json["type"] != "call" || json["service"]["state"] == "absent" ||
            !json["costs"].contains("body")) {
            continue;
        }
        if (json["name"] != "NtReadFile" && json["name"] != "NtWriteFile") {
            CHECK(json["costs"]["body"] == 1000);
            continue;
        }
        std::uint64_t bytes = 0;
        for (const auto& output : json["service"]["outputs"]) {
            bytes += output["name"] == "Information" ? output["value"].get<std::uint64_t>() : 0;
        }
        reads += json["name"] == "NtReadFile" ? 1U : 0U;
        INFO(line);
        CHECK(json["costs"]["body"] == 1000 + 2 * bytes);
    }
    CHECK(reads > 0);
}

TEST_CASE("service clocks: a figure that is none is a usage error", "[cli]") {
    for (const char* text : {"x", "1.5", "1,", "1,2.3456", "-1", "1,2,3", "1,1000"}) {
        const auto finished = ringside::test::ringside(
            {"run", std::string("--service-clocks=") + text, example("hello.exe")});
        INFO(text << finished.error);
        CHECK(finished.status == 2);
        CHECK(is_one_line(finished));
    }
    CHECK(ringside::test::ringside({"run", "--os", "bare", "--service-clocks", "1", rings()})
              .status == 2);
}

TEST_CASE("trace --costs: the stages of each record add up to its own clocks", "[cli]") {
    for (const std::string& program : programs) {
        const auto finished = ringside::test::ringside(
            {"trace", "--format", "jsonl", "--costs", "--startup", example(program)});
        std::map<std::string, std::uint64_t> own;
        std::map<std::string, std::uint64_t> told;
        for (const auto line : ringside::lines_of(finished.error)) {
            if (!line.starts_with('{')) {
                continue;  // the tables by ring and transition
            }
            const auto json = nlohmann::json::parse(line);
            if (json["type"] == "costs") {
                told[json["name"]] = json["own_clocks"];
            }
            if (!json.contains("own_clocks") || !json.contains("number") ||
                json["type"] == "dispatch") {
                continue;
            }
            std::uint64_t sum = 0;
            for (const auto& [stage, clocks] : json["costs"].items()) {
                sum += clocks.get<std::uint64_t>();
            }
            INFO(line);
            CHECK(json["own_clocks"] == sum);
            CHECK(sum <= json["clocks"].get<std::uint64_t>());
            const std::string name = json.contains("name")
                                         ? json["name"].get<std::string>()
                                         : json["entry"]["how"].get<std::string>();
            own[name] += sum;
        }
        INFO(program);
        CHECK_FALSE(own.empty());
        CHECK(own == told);
    }
}

TEST_CASE("trace --costs: a line under each call and a table at the end", "[cli]") {
    for (const char* format : {"text", "tree"}) {
        const auto finished = ringside::test::ringside(
            {"trace", "--costs", "--format", format, example("readfile.exe")});
        INFO(finished.error);
        CHECK(contains(finished.error, "    costs gate 40 + frame "));
        CHECK(contains(finished.error, " + return 40 = "));
        CHECK(contains(finished.error, "\ncosts "));
        CHECK(contains(finished.error, "\nNtReadFile "));
        CHECK(contains(finished.error, "\nsum "));
        CHECK(contains(finished.error, "service body: not modelled"));
    }
}

TEST_CASE("bench: gates of the bare loop are the documented figures", "[cli]") {
    const auto finished = ringside::test::ringside(
        {"bench", "--format", "tsv", "--rounds", "50", "--timed-rounds", "0"});
    INFO(finished.output << finished.error);
    REQUIRE(finished.status == 0);
    const auto has = [&](const std::string& row) {
        INFO(row);
        CHECK(contains(finished.output, row));
    };
    has("round trip\tbare\ti386\tint 2Eh\tgate\t99\tdocumented\n");
    has("round trip\tbare\ti386\tint 2Eh\treturn\t82\tdocumented\n");
    has("round trip\tbare\ti486\tint 2Eh\tgate\t71\tdocumented\n");
    has("round trip\tbare\ti486\tint 2Eh\treturn\t36\tdocumented\n");
    has("round trip\tbare\tpentium\tint 2Eh\tgate\t48\tdocumented\n");
    has("round trip\tbare\tpentium\tint 2Eh\treturn\t27\tdocumented\n");
    has("round trip\tbare\tp6\tint 2Eh\tgate\t130\tassumed\n");
    has("round trip\tbare\tp6\tsysenter\tgate\t40\tassumed\n");
    for (const char* cpu : {"i386", "i486", "pentium", "p6"}) {
        for (const char* stage :
             {"stub", "gate", "frame", "lookup", "copy", "service", "exit", "return", "total"}) {
            has(std::string("round trip\txp\t") + cpu + "\tint 2Eh\t" + stage + "\t");
        }
    }
    has("published\t\tPentium\t");
    CHECK_FALSE(contains(finished.output, "speed\t"));
    CHECK(ringside::test::ringside(
              {"bench", "--format", "tsv", "--rounds", "50", "--timed-rounds", "0"})
              .output == finished.output);
}

TEST_CASE("bench: as Markdown, with the speed of this host", "[cli]") {
    const auto finished =
        ringside::test::ringside({"bench", "--rounds", "10", "--timed-rounds", "1000"});
    INFO(finished.output << finished.error);
    CHECK(finished.status == 0);
    for (const char* part :
         {"## Clocks of a round trip: bare ring loop", "xp null call", "| stage | i386, int 2Eh |",
          "**round trip**", "## Published measurements", "HotOS 1997", "## Speed of this engine"}) {
        INFO(part);
        CHECK(contains(finished.output, part));
    }
}
