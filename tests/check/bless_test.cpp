// SPDX-License-Identifier: MIT
#include "check/bless.hpp"

#include <catch2/catch.hpp>

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
                            {"frame.SegCs", 0x1BU, ""},
                            {"frame.Edx", edx, ""}}}};
    return result;
}

std::string blessed(std::string_view expectations, const std::vector<Observation>& runs) {
    return blessed_text(parse_case("a.case.toml", std::string(world) + std::string(expectations)),
                        runs);
}

}  // namespace

TEST_CASE("bless: the world with its comments stays to the byte", "[check]") {
    CHECK(blessed("[expect]\nexit_status = 1\n", {run("", 1)}).starts_with(world));
}

TEST_CASE("bless: the same fields get their new values", "[check]") {
    const std::string text = blessed(
        "[expect]\nexit_status = 1\n[[transition]]\ncall = \"NtReadFile\"\nstatus = \"old\"\n"
        "[transition.frame]\nSegCs = 0\nEdx = \"any\"\n",
        {run("", 1)});
    CHECK(text.find("exit_status = 0\n") != std::string::npos);
    CHECK(text.find("status = \"STATUS_END_OF_FILE\"\n") != std::string::npos);
    CHECK(text.find("SegCs = 0x0000001B\n") != std::string::npos);
    CHECK(text.find("Edx = \"any\"\n") != std::string::npos);
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
    CHECK(text.find("SegCs = 0x0000001B\n") != std::string::npos);
    CHECK(text.find("Edx = \"any\"\n") != std::string::npos);
}

TEST_CASE("bless: a case that wants all calls gets the list", "[check]") {
    const std::string text = blessed("[expect]\ntransitions = \"calls\"\n", {run("", 1)});
    CHECK(text.find("[[transition]]\ncall = \"NtReadFile\"\nstatus = \"STATUS_END_OF_FILE\"\n"
                    "[transition.frame]\nSegCs = 0x0000001B\n") != std::string::npos);
}

TEST_CASE("bless: a text with quotes, tabs and control characters survives", "[check]") {
    Observation odd = run("", 1);
    odd.stdout_text = "a\"\"\"b\\\r\n\x01\n";
    const std::string text = blessed("[expect]\nstdout = \"\"\n", {odd});
    CHECK(parse_case("a.case.toml", text).expect.stdout_text == odd.stdout_text);
}

}  // namespace ringside::check
