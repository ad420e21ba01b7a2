// SPDX-License-Identifier: MIT
#include "check/check.hpp"

#include <filesystem>

#include <catch2/catch.hpp>

#include "base/ensure.hpp"
#include "support/process.hpp"

namespace ringside::check {
namespace {

constexpr const char* good = "[world]\nprogram = \"a.exe\"\n[expect]\nexit_status = 0\n";
constexpr const char* bad = "[world]\nprogram = \"a.exe\"\n[expect]\nexit_status = 7\n";

Observation ends_with_zero(const Case&, const std::string&) {
    Observation result;
    result.stop.kind = guest::StopKind::guest_exit;
    return result;
}

struct Checked {
    int status = 0;
    std::string text;
};

Checked checked(const std::vector<std::string>& paths, bool bless = false,
                const RunCase& run = ends_with_zero) {
    Checked result;
    result.status = check({paths, bless, false}, run,
                          [&result](std::string_view text) { result.text += text; });
    return result;
}

}  // namespace

TEST_CASE("check: 0 when all is as expected, 1 with a field diff when not", "[check]") {
    const test::TemporaryFolder folder;
    folder.file("a.case.toml", good);
    auto result = checked({folder.path()});
    CHECK(result.status == 0);
    CHECK(result.text.find("1 passed, 0 failed") != std::string::npos);
    folder.file("b.case.toml", bad);
    result = checked({folder.path()});
    CHECK(result.status == 1);
    CHECK(result.text.find("exit_status: expected 7, got 0") != std::string::npos);
    CHECK(result.text.find("1 passed, 1 failed") != std::string::npos);
}

TEST_CASE("check: 2 for a case that cannot be run, and the others are run all the same",
          "[check]") {
    const test::TemporaryFolder folder;
    folder.file("a.case.toml", "[world");
    folder.file("b.case.toml", good);
    auto result = checked({folder.path()});
    CHECK(result.status == 2);
    CHECK(result.text.find("ERROR ") != std::string::npos);
    CHECK(result.text.find("1 passed") != std::string::npos);
    result = checked({folder.path() + "/b.case.toml"}, false,
                     [](const Case&, const std::string&) -> Observation {
                         throw InputError(126, "a.exe: e_magic: not MZ");
                     });
    CHECK(result.status == 2);
    CHECK(result.text.find("not MZ") != std::string::npos);
}

TEST_CASE("check: --bless shows the difference and rewrites the file", "[check]") {
    const test::TemporaryFolder folder;
    const std::string path = folder.file("a.case.toml", bad);
    auto result = checked({path}, true);
    CHECK(result.status == 0);
    CHECK(result.text.find("expected 7, got 0") != std::string::npos);
    CHECK(result.text.find("1 blessed") != std::string::npos);
    CHECK(test::text_of_file(path).find("exit_status = 0\n") != std::string::npos);
    CHECK_FALSE(std::filesystem::exists(path + ".new"));
    CHECK(checked({path}).status == 0);
}

TEST_CASE("check: a case that passes is not rewritten by --bless", "[check]") {
    const test::TemporaryFolder folder;
    const std::string path = folder.file("a.case.toml", good);
    CHECK(checked({path}, true).text.find("bless") == std::string::npos);
    CHECK(test::text_of_file(path) == good);
}

TEST_CASE("check: folders are searched, in the order of names", "[check]") {
    const test::TemporaryFolder folder;
    std::filesystem::create_directory(folder.path() + "/sub");
    folder.file("z.case.toml", good);
    folder.file("sub/a.case.toml", good);
    folder.file("no.toml", good);
    const auto cases = find_cases({folder.path()});
    REQUIRE(cases.size() == 2);
    CHECK(cases[0].ends_with("sub/a.case.toml"));
    CHECK_THROWS_AS(find_cases({folder.path() + "/nothing"}), InputError);
    const test::TemporaryFolder empty;
    CHECK_THROWS_AS(find_cases({empty.path()}), InputError);
}

TEST_CASE("check: each entry of a case is a run", "[check]") {
    const test::TemporaryFolder folder;
    folder.file("a.case.toml", "[world]\nprogram = \"a.exe\"\nentry = [\"int2e\", \"sysenter\"]\n");
    std::vector<std::string> entries;
    const auto result =
        checked({folder.path()}, false, [&entries](const Case& one, const std::string& entry) {
            entries.push_back(entry);
            return ends_with_zero(one, entry);
        });
    CHECK(entries == std::vector<std::string>{"int2e", "sysenter"});
    CHECK(result.text.find("[int2e]") != std::string::npos);
    CHECK(result.text.find("[sysenter]") != std::string::npos);
}

TEST_CASE("check: each system of a case is a run with each entry", "[check]") {
    const test::TemporaryFolder folder;
    folder.file("a.case.toml",
                "[world]\nprogram = \"a.exe\"\nos = [\"nt4\", \"xp\"]\nentry = [\"int2e\", "
                "\"sysenter\"]\n");
    std::vector<std::string> runs;
    const auto result =
        checked({folder.path()}, false, [&runs](const Case& one, const std::string& entry) {
            REQUIRE(one.options.size() == 1);
            runs.push_back(one.options[0].first + "=" + one.options[0].second + " " + entry);
            return ends_with_zero(one, entry);
        });
    CHECK(runs == std::vector<std::string>{"os=nt4 int2e", "os=nt4 sysenter", "os=xp int2e",
                                           "os=xp sysenter"});
    CHECK(result.text.find("[nt4, sysenter]") != std::string::npos);
}

}  // namespace ringside::check
