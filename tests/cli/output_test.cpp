// SPDX-License-Identifier: MIT
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "cli/cli.hpp"

using namespace ringside::test;

TEST_CASE("output: --status-json has the full status and the reason", "[cli]") {
    const TemporaryFolder folder;
    const std::string file = folder.path() + "/status.json";
    CHECK(ringside::test::ringside({"run", "--status-json", file, example("hello.exe")}).status ==
          0);
    const auto json = nlohmann::json::parse(text_of_file(file));
    CHECK(json["reason"] == "guest_exit");
    CHECK(json["status"] == 0);
    CHECK(json["exit_status"] == 0);
    CHECK(json["clocks"] > 0);
}

TEST_CASE("output: --stats names rings, transitions and what is not modelled", "[cli]") {
    const auto p6 = ringside::test::ringside({"run", "--stats", example("hello.exe")});
    for (const char* row : {"total", "ring 3", "ring 0", "transitions", "idle",
                            "service body: not modelled", "sysenter", "contains assumed figures"}) {
        INFO(row);
        CHECK(contains(p6.error, row));
    }
    const auto i486 =
        ringside::test::ringside({"run", "--stats", "--cpu", "i486", example("hello.exe")});
    CHECK(contains(i486.error, "int 2Eh"));
    CHECK_FALSE(contains(i486.error, "assumed"));
}

TEST_CASE("output: --stats shows what the memory model met", "[cli]") {
    const auto i386 =
        ringside::test::ringside({"run", "--stats", "--cpu", "i386", "--timing", "memory",
                                  "--wait-states", "1", example("hello.exe")});
    for (const char* row : {"pages of data", "pages of code", "bus cycles of data"}) {
        INFO(row);
        CHECK(contains(i386.error, row));
    }
    CHECK_FALSE(contains(i386.error, "lines of data"));
    const auto p6 =
        ringside::test::ringside({"run", "--stats", "--timing", "memory", example("hello.exe")});
    CHECK(contains(p6.error, "lines of data"));
    CHECK(contains(p6.error, "second-level cache"));
    CHECK_FALSE(contains(p6.error, "bus cycles"));
}

TEST_CASE("output: a reader that goes away is no crash and no message", "[cli]") {
    for (const char* subcommand : {"run", "trace"}) {
        Spawn spawn;
        spawn.arguments = {RINGSIDE_BINARY, subcommand, example("hello.exe")};
        spawn.close_output = true;
        const auto finished = run(spawn);
        CHECK(finished.status < 125);
        CHECK_FALSE(contains(finished.error, "ringside: "));
    }
    Spawn spawn;
    spawn.arguments = {RINGSIDE_BINARY, "inspect", "idt"};
    spawn.close_output = true;
    const auto finished = run(spawn);
    CHECK(finished.status == 0);
    CHECK(finished.error.empty());
}

TEST_CASE("output: a full disk is told of", "[cli]") {
    const auto finished =
        ringside::test::ringside({"trace", "-o", "/dev/full", example("hello.exe")});
    CHECK(finished.status == 125);
    CHECK(is_one_line(finished));
    CHECK(contains(finished.error, "/dev/full: cannot be written"));
}

TEST_CASE("output: a file that cannot be made is a usage error", "[cli]") {
    const auto finished =
        ringside::test::ringside({"trace", "-o", "/no/such/folder/trace", example("hello.exe")});
    CHECK(finished.status == 2);
    CHECK(is_one_line(finished));
}

TEST_CASE("output: colours on request", "[cli]") {
    CHECK(contains(
        ringside::test::ringside({"trace", "--color", "always", example("hello.exe")}).error,
        "\x1B["));
    CHECK_FALSE(contains(ringside::test::ringside({"trace", example("hello.exe")}).error, "\x1B["));
}

TEST_CASE("output: a service without a body warns once, or ends the run", "[cli]") {
    const TemporaryFolder folder;
    // NtClose's slot leads to a service that nobody has written.
    const auto patch = folder.file("a.patch", "nt!KiServiceTable+0x64 = nt!NtAddAtom\n");
    const std::string program = example("readfile.exe");
    const auto warned = ringside::test::ringside({"run", "--patch", patch, program});
    CHECK(warned.status == 0);
    CHECK(is_one_line(warned));
    CHECK(contains(warned.error,
                   "NtAddAtom (service 0x8 of the nt table, 12 argument bytes) is not implemented; "
                   "called by ntdll!"));
    CHECK(ringside::test::ringside({"run", "-q", "--patch", patch, program}).error.empty());
    const auto stopped =
        ringside::test::ringside({"run", "--on-missing", "stop", "--patch", patch, program});
    CHECK(stopped.status == 125);
    CHECK(contains(stopped.error, "NtAddAtom"));
}

TEST_CASE("output: an unhandled exception is a screenful and 120", "[cli]") {
    const TemporaryFolder folder;
    const auto finished = ringside::test::ringside(
        {"run", "--patch", folder.file("a.patch", "ntdll!NtWriteFile 0F 0B\n"),
         example("hello.exe")});
    CHECK(finished.status == 120);
    for (const char* part : {"STATUS_ILLEGAL_INSTRUCTION (0xC000001D) at ntdll!NtWriteFile",
                             "EIP=", "stack:", "kernel32!WriteFile+"}) {
        INFO(part);
        CHECK(contains(finished.error, part));
    }
    CHECK(count_lines(finished.error) <= 25);
}
