// SPDX-License-Identifier: MIT
#include <filesystem>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "base/text.hpp"
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

TEST_CASE("output: an error in the command line or in what is read touches no file", "[cli]") {
    const TemporaryFolder folder;
    const std::string kept = folder.file("kept", "what was there");
    const std::string fresh = folder.path() + "/fresh";
    const std::string program = example("hello.exe");
    const std::vector<std::vector<std::string>> wrong{
        {"trace", "--format", "perfetto", "-c", program},
        {"trace", "--format", "html", "-C", program},
        {"trace", "--format", "html", "--costs", program},
        {"trace", "--format", "perfetto", "--scope", "all", program},
        {"trace", "-e", "NtNothing", program},
        {"trace", "-e", "status=STATUS_NOPE", program},
        {"trace", "--snapshot-at", "nt!Nothing", program},
        {"trace", "--cwd", "x", program},
        {"trace", "--patch", folder.path() + "/nothing", program},
        {"trace", "--patch", folder.file("late.patch", "nt!Nothing 90\n"), "--format", "jsonl",
         program},
        {"trace", folder.path() + "/nothing.exe"},
        {"run", "--gdb", "nowhere", program},
        {"run", "--gdb", "0", "--snapshot-at", "5", program},
        {"profile", folder.path() + "/nothing.exe"},
        {"inspect", "nothing", program},
        {"stubs", "NtNothing"},
        {"coverage"},
        {"coverage", program},
        {"coverage", "--ledger", "--format", "jsonl"},
        {"verify", folder.path() + "/nothing.exe"},
        {"debug", folder.path() + "/nothing.exe"},
        {"resume", program},
    };
    for (const auto& words : wrong) {
        INFO(words[0] + " " + (words.size() > 1 ? words[1] : ""));
        for (const std::string& file : {kept, fresh}) {
            std::vector<std::string> arguments = words;
            arguments.insert(arguments.begin() + 1, {"-o", file});
            const auto finished = ringside::test::ringside(arguments);
            CHECK(finished.status != 0);
            CHECK(is_one_line(finished));
        }
        CHECK(text_of_file(kept) == "what was there");
        CHECK_FALSE(std::filesystem::exists(fresh));
    }
}

TEST_CASE("output: a file that is read is not written, and no file twice", "[cli]") {
    const TemporaryFolder folder;
    const std::string content = text_of_file(example("hello.exe"));
    const std::string program = folder.file("hello.exe", content);
    const std::string link = folder.path() + "/link";
    std::filesystem::create_symlink(program, link);
    const std::string other = folder.path() + "/other";
    const std::string patch = folder.file("a.patch", "# nothing\n");
    for (const std::vector<std::string>& arguments : std::vector<std::vector<std::string>>{
             {"trace", "-o", program, program},
             {"trace", "-o", link, program},
             {"trace", "-o", program, link},
             {"run", "--status-json", program, program},
             {"run", "--snapshot-at", "1000", "--snapshot", program, program},
             {"run", "--patch", patch, "-o", patch, program},
             {"trace", "-o", other, "--status-json", other, program},
             {"profile", "-o", program, program},
             {"inspect", "idt", "-o", program, program},
             {"debug", "-o", program, program},
             {"verify", "-o", program, program},
             {"coverage", "-o", program, program}}) {
        INFO(arguments[0] + " " + arguments[1]);
        const auto finished = ringside::test::ringside(arguments);
        CHECK(finished.status == 2);
        CHECK(is_one_line(finished));
        CHECK(contains(finished.error, "name another file"));
    }
    CHECK(text_of_file(program) == content);
    CHECK_FALSE(std::filesystem::exists(other));
}

TEST_CASE("output: /dev/stdout goes on where the stream is", "[cli]") {
    const TemporaryFolder folder;
    const std::string log = folder.path() + "/log";
    const auto finished = run(
        {.arguments = {"/bin/sh", "-c",
                       "(echo before; \"$0\" run --status-json /dev/stdout \"$1\"; echo behind) "
                       "> \"$2\"",
                       RINGSIDE_BINARY, example("hello.exe"), log},
         .environment = {},
         .input = {},
         .folder = {}});
    CHECK(finished.status == 0);
    const std::string text = text_of_file(log);
    CHECK(text.starts_with("before\nHello from ring 3.\n{\n  \"reason\": \"guest_exit\""));
    CHECK(text.ends_with("}\nbehind\n"));
}

TEST_CASE("output: a closed standard stream is no trace file", "[cli]") {
    const TemporaryFolder folder;
    const std::string trace = folder.path() + "/trace";
    const auto finished =
        run({.arguments = {"/bin/sh", "-c", "exec \"$0\" trace -o \"$1\" \"$2\" >&-",
                           RINGSIDE_BINARY, trace, example("hello.exe")},
             .environment = {},
             .input = {},
             .folder = {}});
    CHECK(finished.status == 0);
    CHECK(text_of_file(trace).starts_with("# hello.exe: "));
    CHECK_FALSE(contains(text_of_file(trace), "Hello from ring 3."));
}

TEST_CASE("output: a trace for programs has nothing else in it, however the run ends", "[cli]") {
    const auto finished =
        ringside::test::ringside({"trace", "--format", "jsonl", example("deadlock.exe")});
    CHECK(finished.status == 123);
    std::string last;
    for (const std::string_view line : ringside::lines_of(finished.error)) {
        last = line;
        CHECK(nlohmann::json::accept(line));
    }
    CHECK(contains(last, "\"message\":\"deadlock"));
    const auto perfetto =
        ringside::test::ringside({"trace", "--format", "perfetto", example("deadlock.exe")});
    CHECK(nlohmann::json::accept(perfetto.error));
    for (const char* option : {"--stats", "--regs"}) {
        const auto refused =
            ringside::test::ringside({"trace", "--format", "jsonl", option, example("hello.exe")});
        CHECK(refused.status == 2);
        CHECK(is_one_line(refused));
        CHECK(contains(refused.error, "-o FILE"));
    }
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
