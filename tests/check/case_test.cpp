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
    const std::vector<std::string> names{transition.fields[0].name, transition.fields[1].name,
                                         transition.fields[2].name, transition.fields[3].name};
    CHECK(names ==
          std::vector<std::string>{"status", "arguments.Length", "frame.SegCs", "frame.Edx"});
    const auto text_of = [&one](TextSpan span) {
        return one.text.substr(span.begin, span.end - span.begin);
    };
    CHECK(text_of(transition.fields[2].value) == "0x1B");
    CHECK(text_of(one.expect_text.stdout_text) == "\"out\\n\"");
    CHECK(text_of(transition.block).starts_with("[[transition]]\ncall"));
    CHECK(text_of(transition.block).ends_with("Edx = \"any\"\n"));
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
        {"[world]\nprogram = \"a\"\n[[transition]]\ncall = \"x\"\nstatsu = 1\n",
         "a.case.toml:5: unknown key 'statsu' in [[transition]]; did you mean status?"},
        {"[world]\nprogram = \"a\"\n[[transition]]\ncall = \"x\"\nevent = \"y\"\n", "not both"},
        {"[world]\nprogram = \"a\"\n[[transition]]\ncall = \"x\"\n[transition.stack]\nesq = 1\n",
         "unknown key 'esq' in [transition.stack]; did you mean"},
        {"[world]\nprogram = \"a\"\n[[transition]]\ncall = \"x\"\nstatus = \"bits 2\"\n",
         "a.case.toml:5: 'status' = \"bits 2\": want"},
        {"[world]\nprogram = \"a\"\n[[transition]]\ncall = \"x\"\nstatus = \"same-as #2\"\n",
         "a.case.toml:5: 'status' = \"same-as #2\": the case has 1 transition"},
        {"[world]\nprogram = \"a\"\n[[transition]]\ncall = \"x\"\nstatus = \"same-as #1\"\n",
         "'status' = \"same-as #1\": that is this field itself"},
        {"[world]\nprogram = \"a\"\n[[transition]]\ncall = \"x\"\nframe.Eip = \"same-as #1.Eip\"\n",
         "'frame.Eip' = \"same-as #1.Eip\": that is this field itself"},
        {"[world]\nprogram = \"a\"\n[[transition]]\ncall = \"x\"\ncr2 = 4294967296\n",
         "a.case.toml:5: 'cr2' = 4294967296: no field has such a number"},
        {"[world]\nprogram = \"a\"\n[[transition]]\ncall = \"x\"\nclocks = -1\n",
         "'clocks' = -1: no field has such a number"},
        {"[world]\nprogram = \"a\"\n[expect]\nexit_status = -1\n", "'exit_status' is 0 to 255"},
        {"[world]\nprogram = \"a\"\n[build]\ncomand = \"x\"\n", "did you mean command?"},
        {std::string("\0\xFF\xFE", 3), "a.case.toml:1: "},
    };
    for (const auto& [text, message] : wrong) {
        INFO(text);
        CHECK_THROWS_WITH(parsed(text), Catch::Contains(message));
    }
}

TEST_CASE("case: a negative number is what 32 bits hold of it, clocks may have more", "[check]") {
    const Case one = parsed(
        "[world]\nprogram = \"a\"\n[[transition]]\ncall = \"x\"\ncr2 = -1\nclocks = 5000000000\n");
    const auto& fields = one.expect.transitions.at(0).fields;
    REQUIRE(fields.size() == 2);
    CHECK(std::get<std::int64_t>(fields[0].pattern) == 0xFFFFFFFF);
    CHECK(std::get<std::int64_t>(fields[1].pattern) == 5'000'000'000);
}

TEST_CASE("case: a key of endless parts is refused before it takes the stack", "[check][hostile]") {
    std::string deep = "a";
    for (unsigned i = 0; i < 200'000; ++i) {
        deep += ".a";
    }
    for (const std::string& text :
         {"\n" + deep + " = 1\n", "\n[" + deep + "]\n", "\nx = {" + deep + " = 1}\n",
          "\"a.b\" = 1\n" + deep + " = 1\n", "#\"\n" + deep + " = 1\n",
          "s = \"\"\"\\\"\"\"\"\"\n" + deep + " = 1\n"}) {
        CHECK_THROWS_WITH(parsed(text),
                          "some/where/a.case.toml:2: a key of more parts than any "
                          "case needs");
    }
    // Dots of strings and comments are no parts of a key.
    const std::string dots(1000, '.');
    CHECK_NOTHROW(parsed("# " + dots + "\n[world]\nprogram = \"" + dots + "\"\nargs = ['" + dots +
                         "', '''\n" + dots + "''''', \"\"\"" + dots + "\\\"\"\"\"]\n"));
}

TEST_CASE("case: [world] takes the options it is told of, and a near miss is named", "[check]") {
    const std::vector<std::string> options{"mount", "max-cycles", "startup"};
    const auto with = [&options](const std::string& line) {
        return parse_case("a.case.toml", "[world]\nprogram = \"a\"\n" + line + "\n", options);
    };
    CHECK(with("max-cycles = 5").options[0].second == "5");
    CHECK(with("startup = true").options[0].second == "true");
    CHECK_THROWS_WITH(with("mounts = \"x\""),
                      "a.case.toml:3: unknown key 'mounts' in [world]; did you mean mount?");
    CHECK_THROWS_WITH(with("frobnicate = 1"), Catch::Contains("; there are program, args"));
}

TEST_CASE("case: commands of [build], one or several", "[check]") {
    CHECK(parsed("[world]\nprogram = \"a\"\n[build]\ncommand = \"make\"\n").build ==
          std::vector<std::string>{"make"});
    CHECK(parsed("[world]\nprogram = \"a\"\n[build]\ncommand = [\"as\", \"ld\"]\n").build.size() ==
          2);
}

TEST_CASE("case: a transition's text has its comments, and ends where another begins", "[check]") {
    const Case one = parsed(
        "[world]\nprogram = \"a\"\n\n# first\n[[transition]]\ncall = \"x\"\n[transition.frame]\n"
        "Eip = 1\n\n# second\n# of two\n[[transition]]\ncall = \"y\"\n\n# the end\n[expect]\n");
    const auto block = [&one](std::size_t index) {
        const TextSpan span = one.expect.transitions.at(index).block;
        return one.text.substr(span.begin, span.end - span.begin);
    };
    CHECK(block(0) == "# first\n[[transition]]\ncall = \"x\"\n[transition.frame]\nEip = 1\n\n");
    CHECK(block(1) == "# second\n# of two\n[[transition]]\ncall = \"y\"\n\n");
}

}  // namespace ringside::check
