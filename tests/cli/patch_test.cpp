// SPDX-License-Identifier: MIT
#include <catch2/catch.hpp>

#include "cli/cli.hpp"

using namespace ringside::test;

TEST_CASE("patch: a late line is there before the first instruction of ring 3", "[cli]") {
    const TemporaryFolder folder;
    // xor eax,eax; out F4h,eax: the program's first bytes. Its own set-up is in ring 0.
    const auto patch = folder.file("a.patch", "0x100070 31 C0 E7 F4\n");
    const auto finished = ringside::test::ringside(
        {"run", "--os", "bare", "--exit-port", "0xF4", "--patch", patch, rings()});
    INFO(finished.error);
    CHECK(finished.status == 1);
}

TEST_CASE("patch: late patches of a run that never comes to ring 3 are warned of", "[cli]") {
    const TemporaryFolder folder;
    const auto patch = folder.file("a.patch", "0x1000 90\n");
    const auto finished = ringside::test::ringside(
        {"run", "--os", "bare", "--patch", patch, folder.file("halt", "\xF4") + "@0x1000"});
    CHECK(finished.status == 0);
    CHECK(is_one_line(finished));
    CHECK(contains(finished.error, "patches were not applied"));
}

TEST_CASE("patch: an instruction of the trap path that is replaced faults in its place", "[cli]") {
    const TemporaryFolder folder;
    const std::string program = example("hello.exe");
    const std::vector<std::pair<std::string, std::string>> places{
        {"nt!KiSystemService 0F 0B", "int2e"},
        {"nt!KiFastCallEntry 0F 0B", "sysenter"},
        {"nt!KiSystemServiceCopyArguments 0F 0B", "int2e"},
        {"nt!KiServiceExit 0F 0B", "int2e"},
        {"early nt!KiSystemStartup 0F 0B", "int2e"}};
    for (const auto& [line, entry] : places) {
        const auto finished =
            ringside::test::ringside({"run", "--timeout", "30", "--entry", entry, "--patch",
                                      folder.file("a.patch", line + "\n"), program});
        INFO(line);
        INFO(finished.error);
        CHECK(finished.status == 120);
        const auto begin = line.find("nt!");
        CHECK(contains(finished.error, line.substr(begin, line.find(' ', begin) - begin)));
    }
}

TEST_CASE("patch: an object takes the place of a service", "[cli]") {
    const TemporaryFolder folder;
    const std::string object = std::string(RINGSIDE_TEST_GUESTS) + "/times_two.o";
    // The bare kernel has no symbols, so the object's reference to one is an error.
    const auto finished =
        ringside::test::ringside({"run", "--os", "bare", "--exit-port", "0xF4", "--patch-object",
                                  object + "@0x50000", rings()});
    CHECK(finished.status == 2);
    CHECK(is_one_line(finished));
    CHECK(contains(finished.error, "symbol 'service_add'"));
}

TEST_CASE("patch: an object without a place is a kernel module, there before the kernel", "[cli]") {
    const TemporaryFolder folder;
    const auto run = [&folder](const std::string& lines) {
        return ringside::test::ringside({"run", "--patch-object", example("hook_idt_driver.o"),
                                         "--patch", folder.file("a.patch", lines),
                                         example("hello.exe")});
    };
    auto finished = run("early nt!KiBootDriverEntry = hook_idt_driver!DriverEntry\n");
    CHECK(finished.status == 0);
    CHECK(finished.error.empty());
    // The kernel runs it: INT3 in its place is the kernel's own fault.
    finished =
        run("early nt!KiBootDriverEntry = hook_idt_driver!DriverEntry\n"
            "early hook_idt_driver!DriverEntry CC\n");
    INFO(finished.error);
    CHECK(finished.status == 120);
    CHECK(contains(finished.error, "hook_idt_driver!DriverEntry"));
    finished = run("early nt!KiBootDriverEntry = hook_idt_driver!NoEntry\n");
    CHECK(finished.status == 2);
    CHECK(is_one_line(finished));
}

TEST_CASE("patch: malformed files are one line with file and line", "[cli]") {
    const TemporaryFolder folder;
    for (const char* text : {"nt!KiSystemService\n", "nt!KiSystemService 0\n",
                             "nt!NoSuchSymbol 00\n", "early nowhere 00\n", "0x10 00\n"}) {
        const auto finished = ringside::test::ringside(
            {"run", "--patch", folder.file("a.patch", text), example("hello.exe")});
        INFO(text);
        INFO(finished.error);
        CHECK(finished.status == 2);
        CHECK(is_one_line(finished));
        CHECK(contains(finished.error, "a.patch:1: "));
    }
    CHECK(ringside::test::ringside({"run", "--patch", "/no/such/file", example("hello.exe")})
              .status == 127);
    CHECK(ringside::test::ringside({"run", "--patch-object",
                                    folder.file("x.o", "no object") + "@nt!KiSystemService",
                                    example("hello.exe")})
              .status == 126);
}
