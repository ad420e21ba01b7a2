// SPDX-License-Identifier: MIT
#include "check/check.hpp"

#include <filesystem>

#include <fmt/format.h>
#include <sys/stat.h>
#include <catch2/catch.hpp>

#include "base/ensure.hpp"
#include "support/process.hpp"

namespace ringside::check {
namespace {

constexpr const char* good = "[world]\nprogram = \"a.exe\"\n[expect]\nexit_status = 0\n";
constexpr const char* bad = "[world]\nprogram = \"a.exe\"\n[expect]\nexit_status = 7\n";

using Run = std::function<Observation(const Case& one, const std::string& entry)>;

Observation ends_with_zero(const Case&, const std::string&) {
    Observation result;
    result.stop.kind = guest::StopKind::guest_exit;
    return result;
}

/// Runs that a test makes up.
class MadeUp : public Runner {
  public:
    explicit MadeUp(Run run) : run_(std::move(run)) {}
    [[nodiscard]] std::span<const std::string> world_options() const override { return {}; }
    [[nodiscard]] std::unique_ptr<PreparedCase> prepare(const Case&) override {
        struct Prepared : PreparedCase {
            explicit Prepared(const Run& run) : run_one(run) {}
            Observation run(const Variation& variation) override {
                return run_one(variation.one, variation.entry);
            }
            std::vector<std::string> find_writers(const Variation&,
                                                  const std::vector<Storage>& wanted) override {
                return std::vector<std::string>(wanted.size(), "written by nobody");
            }
            const Run& run_one;
        };
        return std::make_unique<Prepared>(run_);
    }

  private:
    Run run_;
};

struct Checked {
    int status = 0;
    std::string text;
    std::string report;
};

Checked checked(CheckRequest request, const Run& run = ends_with_zero,
                std::string_view report = {}) {
    Checked result;
    MadeUp runner(run);
    std::vector<std::unique_ptr<Report>> reports;
    if (!report.empty()) {
        reports.push_back(
            make_report(report, [&result](std::string_view text) { result.report += text; }));
    }
    result.status = check(
        request, runner, [&result](std::string_view text) { result.text += text; }, reports);
    return result;
}

CheckRequest paths(std::vector<std::string> list) {
    CheckRequest request;
    request.paths = std::move(list);
    return request;
}

CheckRequest blessing(std::vector<std::string> list) {
    CheckRequest request = paths(std::move(list));
    request.bless = true;
    return request;
}

std::size_t count(std::string_view text, std::string_view part) {
    std::size_t found = 0;
    for (auto at = text.find(part); at != std::string_view::npos; at = text.find(part, at + 1)) {
        ++found;
    }
    return found;
}

}  // namespace

TEST_CASE("check: 0 when all is as expected, 1 with a field diff when not", "[check]") {
    const test::TemporaryFolder folder;
    folder.file("a.case.toml", good);
    auto result = checked(paths({folder.path()}));
    CHECK(result.status == 0);
    CHECK(result.text.find("1 passed, 0 failed") != std::string::npos);
    folder.file("b.case.toml", bad);
    result = checked(paths({folder.path()}));
    CHECK(result.status == 1);
    CHECK(result.text.find("exit_status: expected 7, got 0") != std::string::npos);
    CHECK(result.text.find("1 passed, 1 failed") != std::string::npos);
}

TEST_CASE("check: 2 for a case that cannot be run, and the others are run all the same",
          "[check]") {
    const test::TemporaryFolder folder;
    folder.file("a.case.toml", "[world");
    folder.file("b.case.toml", good);
    auto result = checked(paths({folder.path()}));
    CHECK(result.status == 2);
    CHECK(result.text.find("ERROR ") != std::string::npos);
    CHECK(result.text.find("1 passed") != std::string::npos);
    result = checked(paths({folder.path() + "/b.case.toml"}),
                     [](const Case&, const std::string&) -> Observation {
                         throw InputError(126, "a.exe: e_magic: not MZ");
                     });
    CHECK(result.status == 2);
    CHECK(result.text.find("not MZ") != std::string::npos);
}

TEST_CASE("check: --bless shows the difference and rewrites the file", "[check]") {
    const test::TemporaryFolder folder;
    const std::string path = folder.file("a.case.toml", bad);
    auto result = checked(blessing({path}));
    CHECK(result.status == 0);
    CHECK(result.text.find("expected 7, got 0") != std::string::npos);
    CHECK(result.text.find("1 blessed") != std::string::npos);
    CHECK(test::text_of_file(path).find("exit_status = 0\n") != std::string::npos);
    CHECK_FALSE(std::filesystem::exists(path + ".new"));
    CHECK(checked(paths({path})).status == 0);
}

TEST_CASE("check: --bless goes through a link, keeps the mode and touches no other file",
          "[check]") {
    namespace fs = std::filesystem;
    const test::TemporaryFolder folder;
    const std::string file = folder.file("a.case.toml", bad);
    fs::permissions(file, fs::perms::owner_read | fs::perms::owner_write);
    const std::string link = folder.path() + "/link.case.toml";
    fs::create_symlink(file, link);
    const std::string other = folder.file("other", "not mine");
    fs::create_symlink(other, link + ".new");
    CHECK(checked(blessing({link})).status == 0);
    CHECK(test::text_of_file(file) == good);
    CHECK(fs::is_symlink(link));
    CHECK(fs::status(file).permissions() == (fs::perms::owner_read | fs::perms::owner_write));
    CHECK(test::text_of_file(other) == "not mine");
    CHECK(std::distance(fs::directory_iterator(folder.path()), fs::directory_iterator()) == 4);
}

TEST_CASE("check: a pipe is no case, and nobody waits for it", "[check][hostile]") {
    const test::TemporaryFolder folder;
    const std::string pipe = folder.path() + "/a.case.toml";
    REQUIRE(::mkfifo(pipe.c_str(), 0600) == 0);
    const auto result = checked(paths({pipe}));
    CHECK(result.status == 2);
    CHECK(result.text.find("a.case.toml: is no regular file") != std::string::npos);
}

TEST_CASE("check: a case that passes is not rewritten by --bless", "[check]") {
    const test::TemporaryFolder folder;
    const std::string path = folder.file("a.case.toml", good);
    CHECK(checked(blessing({path})).text.find("bless") == std::string::npos);
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
        checked(paths({folder.path()}), [&entries](const Case& one, const std::string& entry) {
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
        checked(paths({folder.path()}), [&runs](const Case& one, const std::string& entry) {
            REQUIRE(one.options.size() == 1);
            runs.push_back(one.options[0].first + "=" + one.options[0].second + " " + entry);
            return ends_with_zero(one, entry);
        });
    CHECK(runs == std::vector<std::string>{"os=nt4 int2e", "os=nt4 sysenter", "os=xp int2e",
                                           "os=xp sysenter"});
    CHECK(result.text.find("[nt4, sysenter]") != std::string::npos);
}

TEST_CASE("check: --bless says what it could not mend", "[check]") {
    const test::TemporaryFolder folder;
    const std::string path =
        folder.file("a.case.toml", std::string(bad) + "[[transition]]\ncall = \"NtClose\"\n");
    const auto result = checked(blessing({path}));
    CHECK(result.status == 1);
    CHECK(
        result.text.find("not mended by --bless\n      transition 1 NtClose: expected to happen") !=
        std::string::npos);
    CHECK(test::text_of_file(path).find("exit_status = 0\n") != std::string::npos);
}

TEST_CASE("check: --list names the runs and makes none", "[check]") {
    const test::TemporaryFolder folder;
    folder.file("a.case.toml", "[world]\nprogram = \"a.exe\"\nentry = [\"int2e\", \"sysenter\"]\n");
    folder.file("b.case.toml", good);
    CheckRequest request = paths({folder.path()});
    request.list = true;
    const auto result = checked(request, [](const Case&, const std::string&) -> Observation {
        throw InputError(2, "it was run");
    });
    CHECK(result.status == 0);
    CHECK(result.text == folder.path() + "/a.case.toml [int2e]\n" + folder.path() +
                             "/a.case.toml [sysenter]\n" + folder.path() + "/b.case.toml\n");
}

TEST_CASE("check: -k selects runs, and nothing selected is an error", "[check]") {
    const test::TemporaryFolder folder;
    folder.file("a.case.toml", "[world]\nprogram = \"a.exe\"\nentry = [\"int2e\", \"sysenter\"]\n");
    folder.file("b.case.toml", good);
    CheckRequest request = paths({folder.path()});
    request.selection = Selection("sysenter or b.case");
    const auto result = checked(request);
    CHECK(result.text.find("2 passed, 0 failed") != std::string::npos);
    CHECK(result.text.find("[int2e]") == std::string::npos);
    request.selection = Selection("nothing.like.it");
    CHECK_THROWS_AS(checked(request), InputError);
}

TEST_CASE("check: shards are the whole list between them, and one may be empty", "[check]") {
    const test::TemporaryFolder folder;
    for (const char* name : {"a", "b", "c"}) {
        folder.file(std::string(name) + ".case.toml", good);
    }
    std::string all;
    for (const std::size_t number : {1U, 2U, 3U, 4U}) {
        CheckRequest request = paths({folder.path()});
        request.shard = Shard{number, 4};
        const auto result = checked(request);
        CHECK(result.status == 0);
        CHECK(count(result.text, "ok    ") == (number < 4 ? 1U : 0U));
        all += result.text;
    }
    CHECK(count(all, "ok    ") == 3);
}

TEST_CASE("check: -x stops behind the first case that fails", "[check]") {
    const test::TemporaryFolder folder;
    folder.file("a.case.toml", good);
    folder.file("b.case.toml", bad);
    folder.file("c.case.toml", good);
    for (const unsigned jobs : {1U, 4U}) {
        CheckRequest request = paths({folder.path()});
        request.stop_early = true;
        request.jobs = jobs;
        const auto result = checked(request);
        CHECK(result.status == 1);
        CHECK(result.text.find("c.case.toml") == std::string::npos);
        CHECK(result.text.find("1 passed, 1 failed") != std::string::npos);
    }
}

TEST_CASE("check: the number of jobs changes no output", "[check]") {
    const test::TemporaryFolder folder;
    for (int i = 0; i < 40; ++i) {
        folder.file(fmt::format("c{}.case.toml", i), i % 7 == 0 ? bad : good);
    }
    CheckRequest request = paths({folder.path()});
    const auto alone = checked(request, ends_with_zero, "jsonl");
    request.jobs = 8;
    const auto together = checked(request, ends_with_zero, "jsonl");
    CHECK(alone.text == together.text);
    CHECK(alone.report == together.report);
    CHECK(count(alone.report, "\"outcome\":\"failed\"") == 6);
}

TEST_CASE("check: what breaks in a job comes out", "[check]") {
    const test::TemporaryFolder folder;
    folder.file("a.case.toml", good);
    folder.file("b.case.toml", good);
    CheckRequest request = paths({folder.path()});
    request.jobs = 2;
    CHECK_THROWS_AS(checked(request,
                            [](const Case&, const std::string&) -> Observation {
                                throw std::runtime_error("broken");
                            }),
                    std::runtime_error);
}

TEST_CASE("check: a frame field that no frame has is an error of the case", "[check]") {
    const test::TemporaryFolder folder;
    folder.file("a.case.toml", std::string(good) +
                                   "[[transition]]\ncall = \"x\"\n[transition.frame]\nSegSc = 1\n");
    const auto result =
        checked(paths({folder.path()}), [](const Case& one, const std::string& entry) {
            Observation run = ends_with_zero(one, entry);
            run.vocabulary = {"KTRAP_FRAME", {"SegCs", "Eip"}, {}};
            return run;
        });
    CHECK(result.status == 2);
    CHECK(
        result.text.find("a.case.toml:8: KTRAP_FRAME has no field 'SegSc'; did you mean SegCs?") !=
        std::string::npos);
}

TEST_CASE("check: a JUnit report is XML whatever a guest printed", "[check]") {
    const test::TemporaryFolder folder;
    folder.file("a.case.toml", good);
    const auto junit = checked(
                           paths({folder.path()}),
                           [](const Case&, const std::string&) {
                               Observation run;
                               run.stop.message = "\x01\x1B[0m Gr\u00FC\u00DFe \xFF <\xC0]]>";
                               run.stop.kind = guest::StopKind::guest_exit;
                               run.stop.status = 1;
                               return run;
                           },
                           "junit")
                           .report;
    CHECK(junit.find("(??[0m Gr\u00FC\u00DFe ? &lt;?]]&gt;)") != std::string::npos);
}

TEST_CASE("check: reports say the same to other programs", "[check]") {
    const test::TemporaryFolder folder;
    folder.file("a.case.toml", good);
    folder.file("b<&.case.toml", bad);
    folder.file("c#.case.toml", "[world");
    const auto request = paths({folder.path()});

    const std::string junit = checked(request, ends_with_zero, "junit").report;
    CHECK(junit.find("<testsuites name=\"ringside check\" tests=\"3\" failures=\"1\" "
                     "errors=\"1\">") != std::string::npos);
    CHECK(junit.find("b&lt;&amp;.case.toml\" name=\"run\">\n      <failure "
                     "message=\"exit_status: expected 7, got 0\">") != std::string::npos);
    CHECK(junit.find("<error message=") != std::string::npos);

    const std::string tap = checked(request, ends_with_zero, "tap").report;
    CHECK(tap.starts_with("TAP version 14\nok 1 - "));
    CHECK(tap.find("not ok 2 - ") != std::string::npos);
    CHECK(tap.find("    - {\"what\":\"exit_status\",\"expected\":\"7\",\"observed\":\"0\"}\n"
                   "  ...\n") != std::string::npos);
    CHECK(tap.find("c\\#.case.toml\n") != std::string::npos);
    CHECK(tap.ends_with("1..3\n"));

    const std::string jsonl = checked(request, ends_with_zero, "jsonl").report;
    CHECK(jsonl.starts_with("{\"type\":\"header\",\"version\":1,\"report\":\"check\"}\n"));
    CHECK(jsonl.ends_with(
        "{\"type\":\"end\",\"passed\":1,\"failed\":1,\"blessed\":0,\"unusable\":1}\n"));
    CHECK(count(jsonl, "\n") == 5);
}

}  // namespace ringside::check
