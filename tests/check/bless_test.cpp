// SPDX-License-Identifier: MIT
#include "check/bless.hpp"

#include <catch2/catch.hpp>

#include "base/ensure.hpp"
#include "check/compare.hpp"

namespace ringside::check {
namespace {

constexpr std::string_view world = "# why this case is here\n[world]\nprogram = \"a.exe\"\n\n";

Observation run(std::string entry, std::uint32_t edx) {
    Observation result;
    result.entry = std::move(entry);
    result.stop.kind = guest::StopKind::guest_exit;
    result.stdout_text = "said \"so\"\n\tand more\n";
    result.transitions = {{"NtReadFile",
                           true,
                           {{"status", 0xC0000011U, "STATUS_END_OF_FILE"},
                            {"arguments.Length", 19U, "19"},
                            {"frame.SegCs", 0x1BU, ""},
                            {"frame.EFlags", 0x202U, ""},
                            {"frame.Edx", edx, ""}}}};
    return result;
}

Observation calls(const std::vector<std::string>& names) {
    Observation result;
    result.stop.kind = guest::StopKind::guest_exit;
    std::uint32_t value = 0;
    for (const std::string& name : names) {
        result.transitions.push_back({name, true, {{"status", value++, ""}}});
    }
    return result;
}

std::string blessed(std::string_view expectations, const std::vector<Observation>& runs) {
    return blessed_text(parse_case("a.case.toml", std::string(world) + std::string(expectations)),
                        runs);
}

bool contains(std::string_view text, std::string_view part) {
    return text.find(part) != std::string_view::npos;
}

}  // namespace

TEST_CASE("bless: only what differs is written, all else stays to the byte", "[check]") {
    const std::string text = blessed(
        "[expect]  # of the run\n"
        "exit_status = 1   # was it?\n\n"
        "[[transition]]\n"
        "# the read\n"
        "call = \"NtReadFile\"\n"
        "status = 'old'   # at the end\n"
        "arguments = { Length = 7 }\n"
        "[transition.frame]\n"
        "SegCs = 0x23 # ring 3\n"
        "Edx = \"any\"\n"
        "EFlags = 0x00000202\n",
        {run("", 1)});
    CHECK(text == std::string(world) +
                      "[expect]  # of the run\n"
                      "exit_status = 0   # was it?\n\n"
                      "[[transition]]\n"
                      "# the read\n"
                      "call = \"NtReadFile\"\n"
                      "status = \"STATUS_END_OF_FILE\"   # at the end\n"
                      "arguments = { Length = 19 }\n"
                      "[transition.frame]\n"
                      "SegCs = 0x1B # ring 3\n"
                      "Edx = \"any\"\n"
                      "EFlags = 0x00000202\n");
}

TEST_CASE("bless: masks that hold stay; of bits that do not, the states change", "[check]") {
    const std::string text = blessed(
        "[[transition]]\ncall = \"NtReadFile\"\nstatus = \"any\"\n[transition.frame]\n"
        "SegCs = \"bits 3 set\"\nEFlags = \"bits 0x600 set\"\nEdx = \"same-as #1.SegCs\"\n",
        {run("", 1)});
    CHECK(contains(text, "status = \"any\"\n"));
    CHECK(contains(text, "SegCs = \"bits 3 set\"\n"));
    CHECK(contains(text, "EFlags = \"bits 0x200 set, bits 0x400 clear\"\n"));
    CHECK(contains(text, "Edx = 0x00000001\n"));
}

TEST_CASE("bless: what was blessed passes, and blesses to itself", "[check]") {
    const std::vector<Observation> runs{run("int2e", 1), run("sysenter", 2)};
    const std::string text = blessed(
        "[expect]\nstdout = \"\"\n[[transition]]\ncall = \"NtReadFile\"\n[transition.frame]\n"
        "SegCs = 0\nEdx = 0\n",
        runs);
    const Case again = parse_case("a.case.toml", text);
    for (const Observation& observation : runs) {
        CHECK(compare(again.expect, observation).empty());
    }
    CHECK(blessed_text(again, runs) == text);
}

TEST_CASE("bless: fields that entries do not agree on become any", "[check]") {
    const std::string text = blessed(
        "[expect]\n[[transition]]\ncall = \"NtReadFile\"\n[transition.frame]\nSegCs = 0\nEdx = 0\n",
        {run("int2e", 1), run("sysenter", 2)});
    CHECK(contains(text, "SegCs = 0x0000001B\n"));
    CHECK(contains(text, "Edx = \"any\"\n"));
}

TEST_CASE("bless: a case that expects nothing yet gets status, output and its calls", "[check]") {
    const std::string text = blessed("[expect]\ntransitions = \"calls\"\n", {run("", 1)});
    CHECK(text == std::string(world) +
                      "[expect]\nexit_status = 0\nstdout = \"\"\"\nsaid \\\"so\\\"\n\\tand "
                      "more\n\"\"\"\ntransitions = \"calls\"\n\n[[transition]]\ncall = "
                      "\"NtReadFile\"\nstatus = \"STATUS_END_OF_FILE\"\n[transition.frame]\n"
                      "SegCs = 0x0000001B\nEFlags = 0x00000202\n");
    CHECK(blessed("", {calls({})}) == std::string(world) + "\n[expect]\nexit_status = 0\n");
}

TEST_CASE("bless: a list of all calls keeps the text of those that are still made", "[check]") {
    const std::string text = blessed(
        "[expect]\ntransitions = \"calls\"\n\n"
        "# opens\n[[transition]]\ncall = \"NtOpenFile\"\nstatus = 0\n\n"
        "# no more\n[[transition]]\ncall = \"NtReadFile\"\nstatus = 1\n\n"
        "# closes\n[[transition]]\ncall = \"NtClose\"\nstatus = \"any\"\n",
        {calls({"NtOpenFile", "NtWriteFile", "NtFlushBuffersFile", "NtClose"})});
    CHECK(text == std::string(world) +
                      "[expect]\ntransitions = \"calls\"\n\n"
                      "# opens\n[[transition]]\ncall = \"NtOpenFile\"\nstatus = 0\n\n"
                      "[[transition]]\ncall = \"NtWriteFile\"\nstatus = 0x00000001\n\n"
                      "[[transition]]\ncall = \"NtFlushBuffersFile\"\nstatus = 0x00000002\n\n"
                      "# closes\n[[transition]]\ncall = \"NtClose\"\nstatus = \"any\"\n");
}

TEST_CASE("bless: same-as goes on meaning its transition when the list moves", "[check]") {
    const std::string list =
        "[expect]\ntransitions = \"calls\"\n"
        "[[transition]]\ncall = \"NtReadFile\"\n"
        "[[transition]]\ncall = \"NtClose\"\n"
        "[[transition]]\ncall = \"NtClose\"\nstatus = \"same-as #2\"\n";
    Observation moved = calls({"NtOpenFile", "NtClose", "NtClose", "NtFlushKey"});
    for (auto& one : moved.transitions) {
        one.fields[0].value = 7;
    }
    std::string text = blessed(list, {moved});
    CHECK(contains(text, "status = \"same-as #2\""));
    moved.transitions.insert(moved.transitions.begin(), moved.transitions[0]);
    text = blessed(list, {moved});
    CHECK(contains(text, "status = \"same-as #3\""));
    CHECK(compare(parse_case("a.case.toml", text).expect, moved).empty());

    // The one that it meant is gone.
    text = blessed(
        "[expect]\ntransitions = \"calls\"\n"
        "[[transition]]\ncall = \"NtReadFile\"\n"
        "[[transition]]\ncall = \"NtClose\"\nstatus = \"same-as #1\"\n",
        {calls({"NtClose"})});
    CHECK(contains(text, "call = \"NtClose\"\nstatus = 0x00000000\n"));
}

TEST_CASE("bless: a list that is no tables is not edited", "[check]") {
    CHECK_THROWS_AS(blessed("[expect]\ntransitions = \"calls\"\n", {calls({})}).size() == 0 ||
                        blessed_text(parse_case("a.case.toml",
                                                "transition = [{ call = \"NtClose\" }]\n[world]\n"
                                                "program = \"a.exe\"\n[expect]\n"
                                                "transitions = \"calls\"\n"),
                                     {calls({"NtOpenFile"})})
                                .size() == 0,
                    InputError);
}

TEST_CASE("bless: a transition that was not seen is left for a person", "[check]") {
    const std::string expectations = "[[transition]]\ncall = \"NtClose\"\nstatus = 0\n";
    CHECK(blessed(expectations, {run("", 1)}) == std::string(world) + expectations);
}

TEST_CASE("bless: a text with quotes, tabs and control characters survives", "[check]") {
    Observation odd = run("", 1);
    odd.stdout_text = "a\"\"\"b\\\r\n\x01\n";
    const std::string text = blessed("[expect]\nstdout = \"\"\n", {odd});
    CHECK(parse_case("a.case.toml", text).expect.stdout_text == odd.stdout_text);
}

TEST_CASE("bless: output that is no UTF-8 has no place in a case and stays a difference",
          "[check]") {
    Observation odd = run("", 1);
    odd.stdout_text = "\x80\xFF";
    const std::string wrong = "[expect]\nexit_status = 3\nstdout = \"a\"\n";
    const Case one = parse_case("a.case.toml", blessed(wrong, {odd}));
    CHECK(one.expect.exit_status == 0);
    CHECK(one.expect.stdout_text == "a");
    CHECK_FALSE(parse_case("a.case.toml", blessed("", {odd})).expect.stdout_text);
}

TEST_CASE("bless: characters of several bytes move no value", "[check]") {
    const std::string text = blessed(
        "[[transition]]\ncall = \"NtReadFile\"\n"
        "frame = { EFlags = 0x202, SegCs = 0x23 } # \xC3\xA4\xE2\x82\xAC\n"
        "\"status\" = \"\xC3\xA4\"\n",
        {run("", 1)});
    CHECK(contains(text, "SegCs = 0x1B } # \xC3\xA4\xE2\x82\xAC\n"));
    CHECK(contains(text, "\"status\" = \"STATUS_END_OF_FILE\"\n"));
}

TEST_CASE("bless: a damaged case is refused or mended, and nothing else", "[check][hostile]") {
    const std::string whole =
        std::string(world) +
        "[expect]\nexit_status = 1\nstdout = \"\"\"\na\n\"\"\"\ntransitions = \"calls\"\n\n"
        "# \xC3\xA4\n[[transition]]\ncall = \"NtReadFile\"\nstatus = 'x'\n[transition.frame]\n"
        "SegCs = \"bits 4 set, 1 clear\"\nEdx = \"same-as #1.SegCs\"\n\n[[transition]]\n"
        "call = \"NtClose\"\narguments = { A = 1, \"b c\" = 0x2 }\n";
    std::uint32_t random = 1;
    const auto next = [&random](std::size_t below) {
        random = random * 1664525 + 1013904223;
        return static_cast<std::size_t>(random >> 8) % below;
    };
    std::size_t read = 0;
    for (int round = 0; round < 4000; ++round) {
        std::string text = whole;
        for (std::size_t changes = 1 + next(3); changes != 0; --changes) {
            const std::size_t at = next(text.size());
            switch (next(4)) {
                case 0: text[at] = static_cast<char>(next(256)); break;
                case 1: text.erase(at, 1 + next(20)); break;
                case 2: text.insert(at, text.substr(next(text.size()), next(30))); break;
                default: text.insert(at, 1, "[]\"'#=.\n{}\\\r"[next(12)]); break;
            }
        }
        try {
            const Case one = parse_case("a.case.toml", text);
            ++read;
            const std::vector<Observation> runs{run("int2e", 1), run("sysenter", 2)};
            const Case mended = parse_case("a.case.toml", blessed_text(one, runs));
            CHECK(mended.expect.transitions.size() < 1000);
        } catch (const InputError&) {
            continue;  // with a line for the user
        }
    }
    CHECK(read > 100);
}

}  // namespace ringside::check
