// SPDX-License-Identifier: MIT
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "base/text.hpp"
#include "cli/cli.hpp"

using namespace ringside::test;

namespace {

/// A trace of a run in which NtClose's stub asks for a service that nobody has written.
std::string trace_with_missing(const TemporaryFolder& folder) {
    const auto patch = folder.file("a.patch", "ntdll!NtClose B8 08 00 00 00\n");
    const std::string trace = folder.path() + "/missing.jsonl";
    CHECK(ringside::test::ringside({"trace", "--format", "jsonl", "-o", trace, "--patch", patch,
                                    example("readfile.exe")})
              .status == 0);
    return trace;
}

}  // namespace

TEST_CASE("coverage: ranks what is missing over all traces", "[cli][coverage]") {
    const TemporaryFolder folder;
    const std::string missing = trace_with_missing(folder);
    const std::string whole = folder.path() + "/whole.jsonl";
    CHECK(ringside::test::ringside(
              {"trace", "--format", "jsonl", "-o", whole, example("readfile.exe")})
              .status == 0);
    const auto finished = ringside::test::ringside({"coverage", missing, whole});
    INFO(finished.output);
    CHECK(finished.status == 0);
    CHECK(finished.error.empty());
    const auto lines = ringside::lines_of(finished.output);
    REQUIRE(lines.size() > 4);
    CHECK(lines[0].starts_with("2 runs, "));
    CHECK(lines[3].starts_with("absent        1 "));
    CHECK(contains(lines[3], "NtAddAtom"));
    CHECK(lines[4].starts_with("partial       2 "));
    CHECK_FALSE(contains(finished.output, "NtClose"));
    CHECK(contains(ringside::test::ringside({"coverage", "--all", missing, whole}).output,
                   "NtClose"));
}

TEST_CASE("coverage: --fail-on turns a missing service into status 1", "[cli][coverage]") {
    const TemporaryFolder folder;
    const std::string trace = trace_with_missing(folder);
    CHECK(ringside::test::ringside({"coverage", "--fail-on", "absent", trace}).status == 1);
    const auto own = folder.file("own.jsonl",
                                 "{\"type\":\"header\",\"version\":2,\"program\":\"a\"}\n"
                                 "{\"type\":\"call\",\"name\":\"NtReadFile\"}\n");
    CHECK(ringside::test::ringside({"coverage", "--fail-on", "absent", own}).status == 0);
    CHECK(ringside::test::ringside({"coverage", "--fail-on", "partial", own}).status == 1);
}

TEST_CASE("coverage: what it cannot read is one line and status 2", "[cli][coverage][hostile]") {
    const TemporaryFolder folder;
    const std::vector<std::pair<std::vector<std::string>, std::string>> wrong{
        {{}, "name traces made with --format jsonl"},
        {{folder.path() + "/none.jsonl"}, "none.jsonl: "},
        {{folder.path()}, folder.path() + ": cannot be read"},
        {{folder.file("text", "#1 NtClose(0x4)\n")}, "text:1: "},
        {{folder.file("empty", "")}, "empty:1: empty"},
        {{"--ledger", folder.file("any", "")}, "--ledger takes no traces"},
        {{"--ledger", "--format", "jsonl"}, "text or markdown"},
        {{"--fail-on", "real", "x"}, "--fail-on"},
    };
    for (const auto& [arguments, message] : wrong) {
        std::vector<std::string> words{"coverage"};
        words.insert(words.end(), arguments.begin(), arguments.end());
        const auto finished = ringside::test::ringside(words);
        INFO(finished.error);
        INFO(message);
        CHECK(finished.status == 2);
        CHECK(is_one_line(finished));
        CHECK(contains(finished.error, message));
    }
}

TEST_CASE("coverage: a trace of a run that was killed counts up to where it ends",
          "[cli][coverage]") {
    const TemporaryFolder folder;
    std::string text = text_of_file(trace_with_missing(folder));
    text.resize(text.size() / 2);
    const auto finished = ringside::test::ringside({"coverage", folder.file("half.jsonl", text)});
    CHECK(finished.status == 0);
    CHECK(contains(finished.error, "half.jsonl: a trace without an end"));
}

TEST_CASE("coverage: --ledger has every service once", "[cli][coverage]") {
    const auto finished = ringside::test::ringside({"coverage", "--ledger"});
    CHECK(finished.status == 0);
    CHECK(count_lines(finished.output) > 1000);
    CHECK(contains(finished.output, "\nNtClose\treal\n"));
    CHECK(contains(finished.output, "\nNtOpenKey\tfaked\tthere is no registry"));
}
