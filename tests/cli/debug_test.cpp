// SPDX-License-Identifier: MIT
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "cli/cli.hpp"

using namespace ringside::test;

namespace {

/// The session of these verbs on an example.
std::string session(const std::string& verbs, const std::string& program = "readfile.exe",
                    std::vector<std::string> options = {}) {
    std::vector<std::string> arguments{"debug", "-c", verbs};
    arguments.insert(arguments.end(), options.begin(), options.end());
    arguments.push_back(example(program));
    const auto finished = ringside::test::ringside(std::move(arguments));
    INFO(finished.error);
    CHECK(finished.status == 0);
    return finished.output;
}

/// What a verb answered: from its echo to the next.
std::string answer(const std::string& text, const std::string& verb) {
    const auto at = text.find("> " + verb + "\n");
    REQUIRE(at != std::string::npos);
    const auto from = at + verb.size() + 3;
    const auto end = text.find("\n> ", from - 1);
    return end == std::string::npos ? text.substr(from) : text.substr(from, end + 1 - from);
}

}  // namespace

TEST_CASE("debug: begins at the program's entry point, or at the kernel's", "[cli]") {
    CHECK(session("q").starts_with("readfile!"));
    CHECK(session("q", "readfile.exe", {"--startup"}).starts_with("nt!KiSystemStartup:\n"));
}

TEST_CASE("debug: into the kernel and back by either entry, the stack across the border", "[cli]") {
    const std::string gate = session(
        "g ntdll!NtReadFile; g nt!KiSystemService; k; t 3; k; g nt!KiSystemServiceCall; k; "
        "t; k; g nt!KiServiceExit; gu; r",
        "readfile.exe", {"--entry", "int2e"});
    for (std::size_t from = 0; (from = gate.find("\n> k\n", from)) != std::string::npos; ++from) {
        const auto end = gate.find("\n> ", from + 4);
        const std::string stack = gate.substr(from, end - from);
        INFO(stack);
        CHECK(contains(stack, "ring 3 --\n"));
        CHECK(contains(stack, "ntdll!NtReadFile+0x"));
        CHECK(contains(stack, "kernel32!ReadFile+0x"));
        CHECK(contains(stack, "readfile!"));
    }
    const std::string fast = session(
        "g ntdll!NtReadFile; g nt!KiFastCallEntry; k; t 4; k; t 9; k; "
        "g nt!KiSystemServiceFrameBuilt; k; g nt!NtReadFile; k",
        "readfile.exe", {"--entry", "sysenter"});
    for (std::size_t from = 0; (from = fast.find("\n> k\n", from)) != std::string::npos; ++from) {
        const auto end = fast.find("\n> ", from + 4);
        const std::string stack = fast.substr(from, end - from);
        INFO(stack);
        CHECK(contains(stack, "ring 3 --\n"));
        CHECK(contains(stack, "ntdll!NtReadFile+0x"));
        CHECK(contains(stack, "kernel32!ReadFile+0x"));
    }
}

TEST_CASE("debug: the stack crosses the border at every instruction of a call, on any system",
          "[cli]") {
    std::string verbs = "g ntdll!NtWriteFile";
    for (int i = 0; i < 150; ++i) {
        verbs += "; t; k";
    }
    for (const char* const os : {"reactos-0.2", "nt4", "2000", "xp", "2003", "vista", "7"}) {
        for (const char* const entry : {"int2e", "sysenter"}) {
            const std::string walk =
                session(verbs, "hello.exe", {"--os", os, "--entry", entry, "--cpu", "p6"});
            std::size_t from = 0;
            int in_kernel = 0;
            while ((from = walk.find("\n> k\n", from)) != std::string::npos) {
                from += 5;
                const std::string stack = walk.substr(from, walk.find("\n> ", from) - from);
                if (contains(stack.substr(0, stack.find("\n01 ")), "kernel32!WriteFile+")) {
                    break;  // the call is over
                }
                in_kernel += contains(stack, ": ring 3 --\n") ? 1 : 0;
                INFO(os << " " << entry << "\n" << stack);
                REQUIRE(contains(stack, "kernel32!WriteFile+"));
                REQUIRE(contains(stack, "hello!start+0x22"));
            }
            INFO(os << " " << entry);
            CHECK(in_kernel > 80);
            CHECK(from != std::string::npos);
        }
    }
}

TEST_CASE("debug: t- leads from ring 0 back to ring 3", "[cli]") {
    const std::string text =
        session("g nt!KiSystemService; t-; r; t", "readfile.exe", {"--entry", "int2e"});
    CHECK(contains(answer(text, "t-"), "int 0x2E"));
    CHECK(contains(answer(text, "r"), "ring 3, clock"));
    CHECK(answer(text, "t").starts_with("nt!KiSystemService:\n"));
}

TEST_CASE("debug: what the program has written is not written again", "[cli]") {
    const std::string text = session("g; g-; g", "hello.exe");
    CHECK(text.find("Hello") == text.rfind("Hello"));
    CHECK(contains(text, "the program ended with status 0x0\n> g-\n"));
    CHECK(text.ends_with("the program ended with status 0x0\n"));
}

TEST_CASE("debug: a watch names who writes the previous mode", "[cli]") {
    // PCR.PrcbData.CurrentThread, KTHREAD.PreviousMode
    const std::string text =
        session("ba w1 poi(ffdff124)+140; g", "hello.exe", {"--entry", "int2e"});
    CHECK(contains(answer(text, "g"), "breakpoint 0: write of 1 bytes at "));
    CHECK(contains(answer(text, "g"), " by nt!KiSystemService+0x"));
    CHECK(contains(answer(text, "g"), ": 01 before, 01 now\n"));
}

TEST_CASE("debug: lines of standard input; comments and empty lines say nothing", "[cli]") {
    const auto finished = run({.arguments = {RINGSIDE_BINARY, "debug", example("hello.exe")},
                               .environment = {},
                               .input = "# a comment\n\n? 2+2; ? 3+3\n* another\nq\n? 4+4\n",
                               .folder = {}});
    CHECK(finished.status == 0);
    CHECK(finished.output.ends_with("> ? 2+2\n00000004 = 4\n> ? 3+3\n00000006 = 6\n> q\n"));
}

TEST_CASE("debug: the end of the input ends the session", "[cli]") {
    const auto finished = run({.arguments = {RINGSIDE_BINARY, "debug", example("hello.exe")},
                               .environment = {},
                               .input = "r cs",
                               .folder = {}});
    CHECK(finished.status == 0);
    CHECK(finished.output.ends_with("cs=0000001B\n"));
}

TEST_CASE("debug: the guest reads what -c leaves it, or a file of its own", "[cli]") {
    const auto given =
        run({.arguments = {RINGSIDE_BINARY, "debug", "-c", "g", example("hello.exe")},
             .environment = {},
             .input = "",
             .folder = {}});
    CHECK(given.status == 0);
    const auto missing = ringside::test::ringside(
        {"debug", "-c", "q", "--stdin", "/nonexistent", example("hello.exe")});
    CHECK(missing.status == 127);
    CHECK(is_one_line(missing));
}

TEST_CASE("debug: a script ends at the first verb that cannot be carried out", "[cli]") {
    for (const char* verbs : {"frobnicate", "dd", "bp nosuch!symbol", "g nowhere", "!ssdt NtNot",
                              "dt _KTRAP_FRAM", "bc 3", "ba w4", "r exx", "? (", "x/3q 0"}) {
        INFO(verbs);
        const auto finished = ringside::test::ringside(
            {"debug", "-c", std::string(verbs) + "; ? 1", example("hello.exe")});
        CHECK(finished.status == 2);
        CHECK(is_one_line(finished));
        CHECK_FALSE(contains(finished.output, "00000001 = 1"));
    }
}

TEST_CASE("inspect: verbs look where there is something to see", "[cli]") {
    const auto said = [](std::vector<std::string> arguments) {
        arguments.insert(arguments.begin(), "inspect");
        const auto finished = ringside::test::ringside(std::move(arguments));
        INFO(finished.error);
        CHECK(finished.status == 0);
        return finished.output;
    };
    const std::string hello = example("hello.exe");
    const auto frame = said({"dt", "_KTRAP_FRAME", hello});
    CHECK(frame.starts_with("KTRAP_FRAME at "));
    CHECK(contains(frame, "SegCs                 ULONG"));
    CHECK(contains(said({"k", hello}), "-- KTRAP_FRAME at "));
    CHECK(contains(said({"k", hello, "--entry", "int2e"}), "ntdll!Nt"));
    CHECK(contains(said({".trap", hello}), "ring 3, of the frame at"));
    CHECK(said({"!idt 2e"}) == said({"idt", "2e"}));
    CHECK(contains(said({"ln nt!KiSystemService+2; x nt!KiFastCall*"}), "nt!KiFastCallEntry2\n"));
    CHECK(contains(said({"u", "nt!KiSystemService", "L1"}), "6A00"));
    CHECK(contains(said({"dd", "esp", "L2", "--until", "nt!KiSystemService", hello}), "  "));
    CHECK(contains(said({"!threads", hello}), "Running"));
    CHECK(contains(said({"help"}), "Tables\n"));
    CHECK(contains(said({"dt KPCR"}), "SelfPcr"));
    CHECK(contains(said({"!dd 1000 L1"}), "00001000  "));

    const auto bad = ringside::test::ringside({"inspect", "t", hello});
    CHECK(bad.status == 2);
    CHECK(is_one_line(bad));
    CHECK(contains(bad.error, "ringside debug"));
}

TEST_CASE("debug: pages that nobody has touched yet are shown as they will be", "[cli]") {
    // The program's data, in front of its first instruction; and back again, where no byte of it
    // is.
    CHECK(contains(session("da 402000", "hello.exe"), "00402000  \"Hello from ring 3."));
    CHECK(contains(session("db 402000 L4; g; t-; g- ; db 402000 L4", "hello.exe"), "Hell"));
}
