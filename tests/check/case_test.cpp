// SPDX-License-Identifier: MIT
#include "check/case.hpp"

#include <catch2/catch.hpp>

#include "base/ensure.hpp"

namespace ringside::check {
namespace {

Case parsed(std::string_view text) {
    return parse_case("some/where/a.case.toml", text);
}

}  // namespace

TEST_CASE("case: world, expectations and transitions are read", "[check]") {
    const Case one = parsed(R"(# a comment
[world]
program = "readfile.exe"
args = ["one", "two"]
stdin = "in"
entry = ["int2e", "sysenter"]
mount = ["C:\\work=data"]
mhz = 33

[expect]
exit_status = 3
reason = "guest_exit"
stdout = "out\n"
report_contains = ["KiTrap00"]
transitions = "calls"

[[transition]]
call = "NtReadFile"
entry = "int2e"
status = "STATUS_SUCCESS"
[transition.arguments]
Length = 16
[transition.frame]
SegCs = 0x1B
Edx = "any"
)");
    CHECK(one.program == "readfile.exe");
    CHECK(one.folder == "some/where");
    CHECK(one.arguments == std::vector<std::string>{"one", "two"});
    CHECK(one.input == "in");
    CHECK(one.entries == std::vector<std::string>{"int2e", "sysenter"});
    REQUIRE(one.options.size() == 2);
    CHECK(one.expect.exit_status == 3);
    CHECK(one.expect.stdout_text == "out\n");
    CHECK(one.expect.all_calls);
    REQUIRE(one.expect.transitions.size() == 1);
    const auto& transition = one.expect.transitions[0];
    CHECK(transition.name == "NtReadFile");
    CHECK(transition.entry == "int2e");
    REQUIRE(transition.fields.size() == 4);
    CHECK(one.head.starts_with("# a comment\n[world]"));
    CHECK(one.head.ends_with("mhz = 33\n\n"));
}

TEST_CASE("case: without entries there is one run", "[check]") {
    CHECK(parsed("[world]\nprogram = \"a.exe\"\n").entries.size() == 1);
}

TEST_CASE("case: what is wrong is named with its line", "[check]") {
    const std::vector<std::pair<std::string, std::string>> wrong{
        {"[world\n", "a.case.toml:1: "},
        {"[wordl]\nprogram = \"a\"\n", "unknown key 'wordl'"},
        {"[world]\nprogram = 7\n", "a.case.toml:2: 'program' must be a string"},
        {"[expect]\n", "[world] names no program"},
        {"[world]\nprogram = \"a\"\n[expect]\nexit = 0\n", "unknown key 'exit' in [expect]"},
        {"[world]\nprogram = \"a\"\n[expect]\nexit_status = \"0\"\n",
         "a.case.toml:4: 'exit_status' must be a whole number"},
        {"[world]\nprogram = \"a\"\n[expect]\ntransitions = \"some\"\n", "\"listed\" or"},
        {"[world]\nprogram = \"a\"\n[[transition]]\nstatus = \"x\"\n", "needs 'call' or 'event'"},
        {"[world]\nprogram = \"a\"\n[[transition]]\ncall = \"x\"\nframe = 1\n",
         "'frame' must be a table"},
        {"[world]\nprogram = \"a\"\n[[transition]]\ncall = \"x\"\nstatus = 1.5\n",
         "'status' must be a string"},
        {"world = 1\n", "'world' must be a table"},
        {std::string("\0\xFF\xFE", 3), "a.case.toml:1: "},
    };
    for (const auto& [text, message] : wrong) {
        INFO(text);
        CHECK_THROWS_WITH(parsed(text), Catch::Contains(message));
    }
}

}  // namespace ringside::check
