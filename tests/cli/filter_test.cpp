// SPDX-License-Identifier: MIT
#include <algorithm>
#include <map>
#include <set>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "base/text.hpp"
#include "cli/cli.hpp"

using namespace ringside::test;

namespace {

std::vector<nlohmann::json> lines(std::vector<std::string> options, const std::string& program) {
    options.insert(options.begin(), {"trace", "--format", "jsonl"});
    options.push_back(example(program));
    const auto finished = ringside::test::ringside(options);
    INFO(finished.error);
    CHECK(finished.status == 0);
    std::vector<nlohmann::json> result;
    for (const auto line : ringside::lines_of(finished.error)) {
        result.push_back(nlohmann::json::parse(line));
    }
    return result;
}

std::set<std::string> names(const std::vector<nlohmann::json>& all) {
    std::set<std::string> result;
    for (const auto& line : all) {
        if (line["type"] == "call") {
            result.insert(line["name"].get<std::string>());
        }
    }
    return result;
}

}  // namespace

TEST_CASE("filters: services by name, class and regular expression", "[cli]") {
    CHECK(names(lines({"-e", "trace=NtCreateFile"}, "readfile.exe")) ==
          std::set<std::string>{"NtCreateFile"});
    const auto files = names(lines({"-e", "%file"}, "readfile.exe"));
    CHECK(files.contains("NtReadFile"));
    CHECK_FALSE(files.contains("NtClose"));
    CHECK(names(lines({"-e", "trace=/Re?dFile|ReadFile/,!NtClose"}, "readfile.exe")) ==
          std::set<std::string>{"NtReadFile"});
}

TEST_CASE("filters: what is shown keeps its number and clock, and the end counts it", "[cli]") {
    const auto all = lines({}, "readfile.exe");
    const auto some = lines({"-e", "NtReadFile"}, "readfile.exe");
    REQUIRE(some.size() >= 3);
    CHECK(std::find(all.begin(), all.end(), some[1]) != all.end());
    CHECK(some.back()["shown"] == some.size() - 2);
    CHECK(some.back()["records"] == all.back()["records"]);
}

TEST_CASE("filters: calls past ntdll by module and way", "[cli]") {
    const auto direct = ringside::test::ringside(
        {"trace", "-e", "via=direct", "-e", "module=raw_int2e", example("raw_int2e.exe")});
    CHECK(contains(direct.error, "raw_int2e directly: int 2Eh at raw_int2e+"));
    CHECK_FALSE(contains(direct.error, "through ntdll"));
    const auto stubs =
        ringside::test::ringside({"trace", "-e", "via=ntdll", example("readfile.exe")});
    CHECK(contains(stubs.error, "kernel32 through ntdll: "));
    CHECK(names(lines({"-e", "stack=readfile", "-e", "%file"}, "readfile.exe"))
              .contains("NtReadFile"));
}

TEST_CASE("filters: by status and by ring", "[cli]") {
    for (const auto& line : lines({"-e", "status=failed"}, "bad_pointer.exe")) {
        if (line["type"] == "call") {
            CHECK(line["result"].get<std::uint32_t>() >= 0x80000000);
        }
    }
    CHECK(lines({"-e", "ring=0", "-e", "%call"}, "readfile.exe").size() == 2);
}

TEST_CASE("filters: a summary counts calls, errors and clocks, also of unknown numbers", "[cli]") {
    const auto finished = ringside::test::ringside({"trace", "-c", example("bad_service.exe")});
    INFO(finished.error);
    CHECK(contains(finished.error, "% clocks"));
    CHECK(contains(finished.error, "service 0x"));
    CHECK(contains(finished.error, "total"));
    CHECK_FALSE(contains(finished.error, "gate "));
    const auto both = ringside::test::ringside({"trace", "-C", example("hello.exe")});
    CHECK(contains(both.error, "NtWriteFile("));
    CHECK(contains(both.error, "% clocks"));
    std::uint64_t calls = 0;
    for (const auto& line : lines({"-c"}, "readfile.exe")) {
        if (line["type"] == "summary") {
            calls += line["calls"].get<std::uint64_t>();
        }
        CHECK(line["type"] != "call");
    }
    CHECK(calls == lines({}, "readfile.exe").back()["records"]);
}

TEST_CASE("scope: instructions of the rings that are asked for", "[cli]") {
    const auto count = [](const char* scope) {
        std::map<std::uint32_t, std::size_t> rings;
        for (const auto& line : lines({"--scope", scope}, "raw_int2e.exe")) {
            if (line["type"] == "instruction") {
                ++rings[line["ring"].get<std::uint32_t>()];
            }
        }
        return rings;
    };
    const auto user = count("user");
    const auto kernel = count("kernel");
    const auto all = count("all");
    CHECK(user.size() == 1);
    CHECK(kernel.size() == 1);
    CHECK(all.at(3) == user.at(3));
    CHECK(all.at(0) == kernel.at(0));
    CHECK(count("gate").empty());
    const auto text =
        ringside::test::ringside({"trace", "--scope", "user", example("raw_int2e.exe")});
    CHECK(contains(text.error, "CD 2E"));
    CHECK(contains(text.error, "int 0x2E"));
    CHECK(contains(text.error, " begins: int 2Eh at raw_int2e"));
}

TEST_CASE("scope: a trace of every instruction is the same at any block size", "[cli]") {
    const auto traced = [](const char* size) {
        return ringside::test::ringside(
                   {"trace", "--scope", "all", "--block-size", size, example("hello.exe")})
            .error;
    };
    CHECK(traced("1") == traced("64"));
}

TEST_CASE("threads: a call that another thread's record interrupts is a pair of lines", "[cli]") {
    const auto finished = ringside::test::ringside({"trace", example("threads.exe")});
    INFO(finished.error);
    const auto open = finished.error.find(" ... unfinished\n");
    REQUIRE(open != std::string::npos);
    const auto begin = finished.error.rfind("\n#", open) + 1;
    const std::string number =
        finished.error.substr(begin, finished.error.find(' ', begin) - begin);
    const auto resumed = finished.error.find("\n" + number + " ", open);
    REQUIRE(resumed != std::string::npos);
    CHECK(contains(finished.error.substr(resumed, 200), " ... resumed = "));
}

TEST_CASE("diff: a run against itself, and against a patched one", "[cli]") {
    const TemporaryFolder folder;
    const auto traced = [&folder](const std::string& name, std::vector<std::string> options) {
        const std::string file = folder.path() + "/" + name;
        options.insert(options.begin(), {"trace", "--format", "jsonl", "-o", file});
        static_cast<void>(ringside::test::ringside(options));
        return file;
    };
    const std::string program = example("ssdt_hook.exe");
    const auto plain = traced("a.jsonl", {program});
    const auto again = traced("b.jsonl", {program});
    const auto hooked = traced("c.jsonl", {"--patch", example("ssdt_hook.patch"), program});
    CHECK(ringside::test::ringside({"diff", plain, again}).status == 0);
    const auto finished = ringside::test::ringside({"diff", plain, hooked});
    CHECK(finished.status == 1);
    CHECK(contains(finished.output, "first divergence: #"));
    CHECK(contains(finished.output, "NtReadFile"));
    CHECK(ringside::test::ringside({"diff", "-q", plain, hooked}).output.empty());
    CHECK(ringside::test::ringside({"diff", plain, folder.path()}).status == 2);
}

TEST_CASE("output: a disk that fills in the middle of a run is told of, in every format", "[cli]") {
    for (const char* format : {"text", "tree", "jsonl"}) {
        const auto finished =
            ringside::test::ringside({"trace", "--format", format, "--scope", "all", "-o",
                                      "/dev/full", example("threads.exe")});
        INFO(format);
        CHECK(finished.status == 125);
        CHECK(is_one_line(finished));
        CHECK(contains(finished.error, "/dev/full: cannot be written: No space left on device"));
    }
    for (const char* subcommand : {"inspect", "profile"}) {
        const auto finished = ringside::test::ringside(
            {subcommand, "-o", "/dev/full",
             std::string(subcommand) == "inspect" ? "idt" : example("hello.exe")});
        CHECK(finished.status == 125);
        CHECK(is_one_line(finished));
    }
}

TEST_CASE("filters: every service of the ledger has its classes, and no other", "[cli]") {
    const auto services = [](const std::string& file) {
        std::set<std::string> result;
        const std::string text = text_of_file(std::string(RINGSIDE_SOURCE) + "/data/" + file);
        for (const auto line : ringside::lines_of(text)) {
            if (!line.empty() && !line.starts_with('#')) {
                result.emplace(line.substr(0, line.find('\t')));
            }
        }
        return result;
    };
    const auto classified = services("service_classes.tsv");
    CHECK(classified.size() > 1000);
    CHECK(classified == services("nt/services.tsv"));
}
