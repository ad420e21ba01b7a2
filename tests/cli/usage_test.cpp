// SPDX-License-Identifier: MIT
#include <catch2/catch.hpp>

#include "cli/cli.hpp"

using namespace ringside::test;

TEST_CASE("usage: what no subcommand understands is one line and status 2", "[cli]") {
    const std::string hello = example("hello.exe");
    const std::vector<std::pair<std::vector<std::string>, std::string>> wrong{
        {{}, "subcommand"},
        {{"frobnicate"}, "no subcommand 'frobnicate'; there are run, trace, check, "},
        {{"run"}, "nothing to run: name a program"},
        {{"run", "--frob", hello}, "--frob"},
        {{"run", "--os", "os2", hello}, "{reactos-0.2,nt4,2000,xp-rtm,xp,2003,vista,7,bare}"},
        {{"run", "--cpu", "z80", hello}, "--cpu: z80 not in {i386,i486,pentium,p6,modern}"},
        {{"run", "--mhz", "fast", hello}, "--mhz"},
        {{"run", "--mhz", "0", hello}, "--mhz"},
        {{"run", "--timing", "exact", hello}, "--timing"},
        {{"run", "--wait-states", "1", hello}, "--timing table does not look at the bus"},
        {{"run", "--timing", "memory", "--wait-states", "1000", hello}, "--wait-states"},
        {{"run", "--memory", "100000", hello}, "--memory"},
        {{"run", "--entry", "int80", hello}, "--entry"},
        {{"run", "--cpu", "i486", "--entry", "sysenter", hello}, "i486 has no SYSENTER"},
        {{"run", "--date", "yesterday", hello}, "--date yesterday"},
        {{"run", "--env", "=X", hello}, "--env =X"},
        {{"run", "--env", "NAME", hello}, "want NAME=VALUE"},
        {{"run", "--mount", "C:\\x", hello}, "--mount C:\\x"},
        {{"run", "--mount", "x=/tmp", hello}, "--mount x=/tmp"},
        {{"run", "--mount", "C:\\x=/no/such/folder", hello}, "/no/such/folder"},
        {{"run", "--cwd", "work", hello}, "--cwd work"},
        {{"run", "--cwd", "C:\\nothing", hello}, "no such folder"},
        {{"run", "--on-missing", "maybe", hello}, "--on-missing"},
        {{"run", "--timeout", "-1", hello}, "--timeout"},
        {{"run", "--block-size", "0", hello}, "--block-size"},
        {{"run", "--irq", "5", hello}, "--irq 5: want N@CLOCK"},
        {{"run", "--irq", "5@soon", hello}, "want N@CLOCK"},
        {{"run", "--irq", "16@100", hello}, "N from 0 to 15"},
        {{"run", "--irq", "5@0xFFFFFFFFFFFFFFFF", hello}, "want N@CLOCK"},
        {{"run", "--irq", "2@100", hello}, "no device can have IRQ 2: the second interrupt"},
        {{"run", "--irq", "13@100", hello}, "no device can have IRQ 13: it is the coprocessor's"},
        {{"run", "--os", "bare", "--irq", "2@100", hello + "@0"}, "no device can have IRQ 2"},
        {{"run", "--patch-object", "file@", hello}, "want FILE or FILE@SYMBOL"},
        {{"run", "--load", "a@1", hello}, "need --os bare"},
        {{"trace", "--format", "xml", hello}, "--format"},
        {{"trace", "--color", "pink", hello}, "--color"},
        {{"trace", "-e", "NtCraeteFile", hello}, "no such service; did you mean NtCreateFile"},
        {{"trace", "-e", "trace=%flie", hello}, "no such class; did you mean file"},
        {{"trace", "-e", "status=STATUS_NOPE", hello}, "no such status"},
        {{"trace", "-e", "status=STATUS_SUCCES", hello}, "did you mean STATUS_SUCCESS"},
        {{"trace", "--scope", "everything", hello}, "--scope"},
        {{"trace", "-c", "-C", hello}, "excludes"},
        {{"diff"}, "A is required"},
        {{"diff", "/no/such/a.jsonl", "/no/such/b.jsonl"}, "/no/such/a.jsonl: cannot be read"},
        {{"diff", hello, hello}, "line 1: no JSON object"},
        {{"check"}, "FILE|DIR"},
        {{"inspect"}, "WHAT"},
        {{"inspect", "ssd"}, "threads; did you mean ssdt?"},
        {{"inspect", "idt", "--diff", "2000", "xp"}, "want ssdt --diff OS OS"},
        {{"inspect", "ssdt", "--diff", "2000", "95"}, "--os 95: no such profile"},
        {{"inspect", "ssdt", "--diff", "2000", "xp", "NtNothing"}, "no row 'NtNothing'"},
        {{"inspect", "ssdt", "--assumptions", "--diff", "2000", "xp"}, "ask for one"},
        {{"inspect", "gtd"}, "there are idt gdt tss msr"},
        {{"inspect", "idt", "a.exe", "b.exe"}, "one program at most"},
        {{"inspect", "idt", "FFF"}, "no row 'FFF'"},
    };
    for (const auto& [arguments, message] : wrong) {
        const Finished finished = ringside::test::ringside(arguments);
        INFO(finished.error);
        INFO(message);
        CHECK(finished.status == 2);
        CHECK(is_one_line(finished));
        CHECK(contains(finished.error, message));
        CHECK(finished.output.empty());
    }
}

TEST_CASE("usage: a mistyped word is answered by what comes near it", "[cli]") {
    const TemporaryFolder folder;
    const std::string hello = example("hello.exe");
    const std::string patch = folder.file("a.patch", "nt!KiSystemServce CC\n");
    const std::vector<std::pair<std::vector<std::string>, std::string>> mistyped{
        {{"chekc"}, "no subcommand 'chekc'; did you mean check?"},
        {{"run", "--on-mising", "stop", hello}, "did you mean --on-missing?"},
        {{"run", "--on-mising=stop", hello}, "did you mean --on-missing?"},
        {{"run", "--frames", hello}, "--frames; it is an option of trace"},
        {{"run", "--os", "vitsa", hello}, "did you mean vista?"},
        {{"trace", "--format", "jsnol", hello}, "did you mean jsonl?"},
        {{"stubs", "NtColse"}, "did you mean NtClose?"},
        {{"inspect", "ssdt", "NtColse"}, "no row 'NtColse'; did you mean NtClose?"},
        {{"inspect", "frame", "--until", "NtReadFil"}, "did you mean NtReadFile"},
        {{"inspect", "frame", "--until", "ntdl!NtReadFile", hello},
         "did you mean ntdll!NtReadFile"},
        {{"run", "--patch", patch, hello}, "did you mean nt!KiSystemService"},
    };
    for (const auto& [arguments, message] : mistyped) {
        const Finished finished = ringside::test::ringside(arguments);
        INFO(finished.error);
        INFO(message);
        CHECK(finished.status == 2);
        CHECK(is_one_line(finished));
        CHECK(contains(finished.error, message));
    }
    const auto program = ringside::test::ringside({"run", example("helo.exe")});
    CHECK(program.status == 127);
    CHECK(contains(program.error, "helo.exe: not found; did you mean hello.exe?"));
}

TEST_CASE("usage: a program that is not there is 127, one that is none 126", "[cli]") {
    const TemporaryFolder folder;
    auto finished = ringside::test::ringside({"run", folder.path() + "/nothing.exe"});
    CHECK(finished.status == 127);
    CHECK(is_one_line(finished));
    CHECK(contains(finished.error, "nothing.exe: not found"));
    for (const std::string& path :
         {folder.path(), folder.file("empty.exe", ""), folder.file("text.exe", "#!/bin/sh\n"),
          std::string("/dev/zero"), std::string(RINGSIDE_BINARY)}) {
        finished = ringside::test::ringside({"run", path});
        INFO(finished.error);
        CHECK(finished.status == 126);
        CHECK(is_one_line(finished));
    }
}

TEST_CASE("usage: a missing library is named before the first instruction", "[cli]") {
    const TemporaryFolder folder;
    // hello.exe with another name for its library.
    std::string bytes = text_of_file(example("hello.exe"));
    const auto at = bytes.find("KERNEL32.dll") != std::string::npos ? bytes.find("KERNEL32.dll")
                                                                    : bytes.find("kernel32.dll");
    REQUIRE(at != std::string::npos);
    bytes.replace(at, 8, "kernel99");
    const auto finished = ringside::test::ringside({"run", folder.file("hello.exe", bytes)});
    CHECK(finished.status == 126);
    CHECK(is_one_line(finished));
    CHECK(contains(finished.error, "kernel99.dll"));
}

TEST_CASE("usage: help goes to stdout and is no error", "[cli]") {
    for (const std::vector<std::string>& arguments : {std::vector<std::string>{"--help"},
                                                      {"run", "--help"},
                                                      {"trace", "-h"},
                                                      {"check", "-h"},
                                                      {"inspect", "-h"},
                                                      {"--version"}}) {
        const auto finished = ringside::test::ringside(arguments);
        CHECK(finished.status == 0);
        CHECK(finished.error.empty());
        CHECK_FALSE(finished.output.empty());
    }
}

TEST_CASE("usage: options behind the program are the guest's", "[cli]") {
    // hello.exe does not look at its arguments; Ringside must not either.
    const auto finished = ringside::test::ringside(
        {"run", example("hello.exe"), "--os", "nt4", "--help", "-x", "--"});
    CHECK(finished.status == 0);
    CHECK(finished.output == "Hello from ring 3.\n");
}
