// SPDX-License-Identifier: MIT
#include <filesystem>

#include <catch2/catch.hpp>

#include "base/text.hpp"
#include "cli/cli.hpp"

using namespace ringside::test;

namespace {

/// The shell's own path; empty, with the reason told, where there is none.
std::string shell(const std::string& name) {
    for (const char* folder : {"/usr/bin/", "/bin/", "/usr/local/bin/"}) {
        if (std::filesystem::exists(folder + name)) {
            return folder + name;
        }
    }
    WARN("SKIP: there is no " << name);
    return {};
}

std::string script_of(const TemporaryFolder& folder, const std::string& shell) {
    const auto finished = ringside::test::ringside({"completions", shell});
    CHECK(finished.status == 0);
    CHECK(finished.error.empty());
    return folder.file(shell == "zsh" ? "_ringside" : "ringside." + shell, finished.output);
}

struct Completion {
    std::string line;
    std::string offered;
};

void check_answers(const Finished& finished, const std::vector<Completion>& wanted) {
    INFO(finished.error);
    CHECK(finished.status == 0);
    const auto lines = ringside::lines_of(finished.output);
    REQUIRE(lines.size() >= wanted.size());
    for (std::size_t i = 0; i < wanted.size(); ++i) {
        INFO(wanted[i].line);
        CHECK(lines[i] == wanted[i].offered);
    }
}

std::vector<std::string> command_of(std::vector<std::string> command,
                                    const std::vector<Completion>& wanted) {
    for (const Completion& completion : wanted) {
        command.push_back(completion.line);
    }
    return command;
}

const std::string shells = std::string(RINGSIDE_SOURCE) + "/tests/cli/shells/";

}  // namespace

TEST_CASE("completions: bash offers commands, options, choices and files", "[cli][completions]") {
    const std::string bash = shell("bash");
    if (bash.empty()) {
        return;
    }
    const TemporaryFolder folder;
    static_cast<void>(folder.file("a patch", ""));
    const std::vector<Completion> wanted{
        {"ringside tr", "trace"},
        {"ringside trace --star", "--start --startup"},
        {"ringside trace --color a", "auto always"},
        {"ringside trace --color = n", "never"},
        {"ringside trace --color =", "auto always never"},
        {"ringside run --os vi", "vista"},
        {"ringside vectors --cpu pe", "pentium"},
        {"ringside stubs --os x", "xp-rtm xp"},
        {"ringside run --mhz ", ""},
        {"ringside run --patch a", "a patch"},
        {"ringside run --os xp --on", "--on-missing"},
        {"ringside run a.exe --on", ""},
        {"ringside run --os = xp a.exe --on", ""},
        {"ringside completions ", "bash zsh fish"},
        {"ringside manual cov", "coverage"},
        {"ringside nonsense --o", ""},
    };
    check_answers(
        run({.arguments = command_of(
                 {bash, "--norc", shells + "complete.bash", script_of(folder, "bash")}, wanted),
             .environment = {"LC_ALL=C"},
             .input = {},
             .folder = folder.path()}),
        wanted);
}

TEST_CASE("completions: zsh completes what is typed", "[cli][completions]") {
    const std::string zsh = shell("zsh");
    if (zsh.empty()) {
        return;
    }
    const TemporaryFolder folder;
    const std::vector<Completion> wanted{
        {"ringside trac", "ringside trace "},
        {"ringside trace --colo", "ringside trace --color="},
        {"ringside trace --color=nev", "ringside trace --color=never "},
        {"ringside run --os vis", "ringside run --os vista "},
        {"ringside run -o _r", "ringside run -o _ringside "},
        {"ringside run a.exe --on", "ringside run a.exe --on"},
        {"ringside completions f", "ringside completions fish "},
    };
    check_answers(run({.arguments = command_of(
                           {zsh, "-f", shells + "complete.zsh", script_of(folder, "zsh")}, wanted),
                       .environment = {"LC_ALL=C", "TERM=dumb", "PATH=/usr/bin:/bin"},
                       .input = {},
                       .folder = folder.path()}),
                  wanted);
}

TEST_CASE("completions: fish offers each with what it is for", "[cli][completions]") {
    const std::string fish = shell("fish");
    if (fish.empty()) {
        return;
    }
    const TemporaryFolder folder;
    const std::vector<Completion> wanted{
        {"ringside trac", "trace\tRun a program and show every ring transition."},
        {"ringside trace --colo", "--color\tauto, always or never"},
        {"ringside trace --color nev", "never\tauto, always or never"},
        {"ringside run -o ringside.f", "ringside.fish"},
        {"ringside completions zs", "zsh"},
    };
    std::string program = "source " + script_of(folder, "fish") + "\n";
    for (const Completion& completion : wanted) {
        program += "complete -C '" + completion.line + "'\n";
    }
    check_answers(
        run({.arguments = {fish, "--no-config", folder.file("ask.fish", program)},
             .environment = {"LC_ALL=C.UTF-8", "HOME=" + folder.path(), "PATH=/usr/bin:/bin"},
             .input = {},
             .folder = folder.path()}),
        wanted);
}

TEST_CASE("completions: an unknown shell is told the nearest", "[cli][completions]") {
    const auto finished = ringside::test::ringside({"completions", "bsh"});
    CHECK(finished.status == 2);
    CHECK(is_one_line(finished));
    CHECK(contains(finished.error, "did you mean bash or zsh?"));
}
