// SPDX-License-Identifier: MIT
#include <filesystem>
#include <fstream>
#include <string>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "cli/cli.hpp"

using namespace ringside::test;

namespace {

std::string text_of(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

/// What of `text` stands behind its first line.
std::string behind_first_line(const std::string& text) {
    return text.substr(text.find('\n') + 1);
}

}  // namespace

TEST_CASE("resume goes on with the output where the run was stopped", "[cli][snapshot]") {
    const TemporaryFolder folder;
    const std::string file = folder.path() + "/hello.snapshot";
    const auto whole = ringside::test::ringside({"run", example("hello.exe")});
    const auto first =
        ringside::test::ringside({"run", "--snapshot-at", "ntdll!NtWriteFile", "--snapshot", file,
                                  "--snapshot-stop", example("hello.exe")});
    CHECK(first.error.empty());
    CHECK(first.status == 0);
    CHECK(first.output.empty());
    const auto second = ringside::test::ringside({"resume", file});
    CHECK(second.error.empty());
    CHECK(second.status == whole.status);
    CHECK(second.output == whole.output);
}

TEST_CASE("a run goes on behind its snapshot, and the trace of the resumed one is its rest",
          "[cli][snapshot]") {
    const TemporaryFolder folder;
    const std::string file = folder.path() + "/a.snapshot";
    const auto traced = [&](std::vector<std::string> arguments) {
        arguments.insert(arguments.begin() + 1, {"--format", "jsonl"});
        return ringside::test::ringside(arguments);
    };
    const auto whole = traced({"trace", example("threads.exe")});
    const auto saving = traced(
        {"trace", "--snapshot-at", "ntdll!NtSetEvent", "--snapshot", file, example("threads.exe")});
    CHECK(saving.error == whole.error);
    CHECK(saving.output == whole.output);
    const auto resumed = traced({"resume", "--trace", file});
    CHECK(resumed.status == whole.status);
    const std::string rest = behind_first_line(resumed.error);
    CHECK(rest.size() > 1000);
    CHECK(rest.size() < whole.error.size());
    CHECK(whole.error.ends_with(rest));
    CHECK(whole.output.ends_with(resumed.output));
}

TEST_CASE("a resumed run can be saved again", "[cli][snapshot]") {
    const TemporaryFolder folder;
    const std::string first = folder.path() + "/1.snapshot";
    const std::string second = folder.path() + "/2.snapshot";
    const auto whole = ringside::test::ringside({"run", "--regs", example("callback.exe")});
    CHECK(ringside::test::ringside({"run", "--snapshot-at", "40000", "--snapshot", first,
                                    "--snapshot-stop", example("callback.exe")})
              .status == 0);
    CHECK(ringside::test::ringside(
              {"resume", "--snapshot-at", "80000", "--snapshot", second, "--snapshot-stop", first})
              .status == 0);
    const auto end = ringside::test::ringside({"resume", "--regs", second});
    CHECK(end.status == whole.status);
    CHECK(end.error == whole.error);
}

TEST_CASE("resume shows records only with --trace, and says so to who asks for some without",
          "[cli][snapshot]") {
    const TemporaryFolder folder;
    const std::string file = folder.path() + "/1.snapshot";
    CHECK(ringside::test::ringside({"run", "--snapshot-at", "40000", "--snapshot", file,
                                    "--snapshot-stop", example("hello.exe")})
              .status == 0);
    for (const std::vector<std::string>& option : {std::vector<std::string>{"-e", "NtClose"},
                                                   {"--format", "jsonl"},
                                                   {"--scope", "all"},
                                                   {"-c"},
                                                   {"-C"},
                                                   {"--frames"},
                                                   {"--costs"},
                                                   {"--startup"},
                                                   {"--color", "never"}}) {
        INFO(option.front());
        std::vector<std::string> arguments{"resume", file};
        arguments.insert(arguments.end(), option.begin(), option.end());
        const auto finished = ringside::test::ringside(arguments);
        CHECK(finished.status == 2);
        CHECK(is_one_line(finished));
        CHECK(contains(finished.error, "requires --trace"));
        arguments.emplace_back("--trace");
        CHECK(ringside::test::ringside(arguments).status == 0);
    }
}

TEST_CASE("resume --show says what a snapshot is of, and runs nothing", "[cli][snapshot]") {
    const TemporaryFolder folder;
    const std::string file = folder.path() + "/a.snapshot";
    static_cast<void>(ringside::test::ringside({"run", "--snapshot-at", "50000", "--snapshot", file,
                                                "--snapshot-stop", example("hello.exe")}));
    const auto shown = ringside::test::ringside({"resume", "--show", file});
    CHECK(shown.status == 0);
    const auto json = nlohmann::json::parse(shown.output);
    CHECK(json["program"] == "hello.exe");
    CHECK(json["os"] == "xp");
    CHECK(json["clock"] >= 50000);
    CHECK(json["format"] == 1);
}

TEST_CASE("a run that ends before its snapshot saves nothing", "[cli][snapshot]") {
    const TemporaryFolder folder;
    const std::string file = folder.path() + "/never.snapshot";
    const auto run = ringside::test::ringside(
        {"run", "--snapshot-at", "99000000000", "--snapshot", file, example("hello.exe")});
    CHECK(run.status == 0);
    CHECK(contains(run.error, "ringside: no snapshot: the run ended at clock "));
    CHECK_FALSE(std::filesystem::exists(file));
}

TEST_CASE("resume refuses files that are no snapshots, with one line", "[cli][snapshot]") {
    const TemporaryFolder folder;
    const auto refused = [&](const std::string& name, const std::string& text) {
        static_cast<void>(folder.file(name, text));
        const auto run = ringside::test::ringside({"resume", folder.path() + "/" + name});
        CHECK(run.status == 126);
        CHECK(is_one_line(run));
        return run.error;
    };
    CHECK(contains(refused("empty", ""), "not a snapshot"));
    CHECK(contains(refused("text", "once upon a time"), "not a snapshot"));
    const auto missing = ringside::test::ringside({"resume", folder.path() + "/none"});
    CHECK(missing.status == 127);

    const std::string file = folder.path() + "/a.snapshot";
    static_cast<void>(ringside::test::ringside({"run", "--snapshot-at", "50000", "--snapshot", file,
                                                "--snapshot-stop", example("hello.exe")}));
    const std::string good = text_of(file);
    CHECK(contains(refused("cut", good.substr(0, good.size() / 2)), "damaged"));
    std::string flipped = good;
    flipped[good.size() / 3] = static_cast<char>(flipped[good.size() / 3] ^ 1);
    CHECK(contains(refused("flipped", flipped), "damaged"));
}

TEST_CASE("resume reads snapshots of the largest RAM, and nothing that is larger",
          "[cli][snapshot]") {
    const TemporaryFolder folder;
    const auto refusal = [&](std::uintmax_t mib) {
        const std::string file = folder.file("sparse", "");
        std::filesystem::resize_file(file, mib << 20);
        const auto run = ringside::test::ringside({"resume", file});
        CHECK(run.status == 126);
        return run.error;
    };
    CHECK(contains(refusal(600), "not a snapshot"));
    CHECK(contains(refusal(4096), "larger than 3584 MiB"));
}

TEST_CASE("resume refuses when the program or an open file is not what it was, and names it",
          "[cli][snapshot]") {
    const TemporaryFolder folder;
    const std::string program = folder.path() + "/readfile.exe";
    std::filesystem::copy_file(example("readfile.exe"), program);
    static_cast<void>(folder.file("readfile.txt", "the first line\nand the second\n"));
    const std::string file = folder.path() + "/a.snapshot";
    const auto whole = ringside::test::ringside({"run", program});
    REQUIRE(whole.status == 0);
    const auto saved = ringside::test::ringside({"run", "--snapshot-at", "ntdll!NtReadFile",
                                                 "--snapshot", file, "--snapshot-stop", program});
    REQUIRE(saved.status == 0);
    const auto resumed = ringside::test::ringside({"resume", file});
    CHECK(saved.output + resumed.output == whole.output);

    static_cast<void>(folder.file("readfile.txt", "the first line\nand the SECOND\n"));
    const auto changed = ringside::test::ringside({"resume", file});
    CHECK(changed.status == 126);
    CHECK(is_one_line(changed));
    CHECK(contains(changed.error, "readfile.txt"));
    static_cast<void>(folder.file("readfile.txt", "the first line\nand the second\n"));
    CHECK(ringside::test::ringside({"resume", file}).status == 0);

    std::ofstream(program, std::ios::app) << "x";
    const auto other = ringside::test::ringside({"resume", file});
    CHECK(other.status == 126);
    CHECK(is_one_line(other));
    CHECK(contains(other.error, "readfile.exe is not the file"));
}

TEST_CASE("snapshot: --snapshot-at wants a clock or a place that exists", "[cli][snapshot]") {
    const auto run =
        ringside::test::ringside({"run", "--snapshot-at", "ntdll!NtNothing", example("hello.exe")});
    CHECK(run.status == 2);
    CHECK(is_one_line(run));
    CHECK(contains(run.error, "ntdll!NtNothing"));
}

TEST_CASE("resume opens no host folder that its user does not name", "[cli][snapshot]") {
    const TemporaryFolder folder;
    const TemporaryFolder work;
    const TemporaryFolder copy;
    for (const auto* const where : {&work, &copy}) {
        static_cast<void>(where->file("readfile.txt", "the first line\nand the second\n"));
    }
    const std::string file = folder.path() + "/a.snapshot";
    const std::string mount = "C:\\data=" + work.path() + ":rw";
    const std::vector<std::string> run{"run", "--mount", mount, "--cwd", "C:\\data"};
    const auto with = [](std::vector<std::string> line, const std::vector<std::string>& more) {
        line.insert(line.end(), more.begin(), more.end());
        return ringside::test::ringside(line);
    };
    const auto whole = with(run, {example("readfile.exe")});
    REQUIRE(whole.status == 0);
    const auto first = with(run, {"--snapshot-at", "ntdll!NtReadFile", "--snapshot", file,
                                  "--snapshot-stop", example("readfile.exe")});
    REQUIRE(first.status == 0);

    const auto unnamed = ringside::test::ringside({"resume", file});
    CHECK(unnamed.status == 126);
    CHECK(is_one_line(unnamed));
    CHECK(contains(unnamed.error, "--mount '" + mount + "'"));

    const auto rest = ringside::test::ringside({"resume", "--mount", mount, file});
    CHECK(rest.error.empty());
    CHECK(rest.status == 0);
    CHECK(first.output + rest.output == whole.output);

    // Another folder will do when the files there are the same.
    const auto other =
        ringside::test::ringside({"resume", "--mount", "c:\\DATA=" + copy.path(), file});
    CHECK(other.output == rest.output);

    const auto more = ringside::test::ringside(
        {"resume", "--mount", mount, "--mount", "C:\\more=" + work.path(), file});
    CHECK(more.status == 2);
    CHECK(is_one_line(more));
    CHECK(contains(more.error, "--mount C:\\more="));
}

TEST_CASE("a resumed trace ends as the whole one, in what it says of assumed clocks as well",
          "[cli][snapshot]") {
    const TemporaryFolder folder;
    const std::string file = folder.path() + "/a.snapshot";
    const std::vector<std::string> world{"--format", "jsonl",    "--cpu",
                                         "pentium",  "--timing", "memory"};
    const auto run = [&](std::vector<std::string> line, const std::vector<std::string>& more) {
        line.insert(line.end(), more.begin(), more.end());
        return ringside::test::ringside(line);
    };
    std::vector<std::string> traced{"trace"};
    traced.insert(traced.end(), world.begin(), world.end());
    const auto whole = run(traced, {example("hello.exe")});
    static_cast<void>(run(traced, {"--snapshot-at", "100000", "--snapshot", file, "--snapshot-stop",
                                   example("hello.exe")}));
    const auto rest = ringside::test::ringside({"resume", "--trace", "--format", "jsonl", file});
    CHECK(contains(whole.error, "\"assumed_clocks\":true"));
    CHECK(whole.error.ends_with(behind_first_line(rest.error)));
}
