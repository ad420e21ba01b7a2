// SPDX-License-Identifier: MIT
#include <catch2/catch.hpp>

#include "cli/cli.hpp"

using namespace ringside::test;
using namespace std::string_literals;

namespace {

constexpr const char* hello_case = R"([world]
program = "hello.exe"
entry = ["int2e", "sysenter"]

[expect]
exit_status = 0
stdout = "Hello from ring 3.\n"

[[transition]]
call = "NtWriteFile"
status = "STATUS_SUCCESS"
[transition.frame]
SegCs = 0x1B
HardwareSegSs = 0x23
Edx = "any"
)";

Finished checked(const std::vector<std::string>& arguments,
                 const std::vector<std::string>& environment = {}) {
    Spawn spawn;
    spawn.arguments = {RINGSIDE_BINARY, "check"};
    spawn.arguments.insert(spawn.arguments.end(), arguments.begin(), arguments.end());
    spawn.environment = environment;
    return run(spawn);
}

std::string replaced(std::string text, std::string_view from, std::string_view to) {
    const auto at = text.find(from);
    REQUIRE(at != std::string::npos);
    return text.replace(at, from.size(), to);
}

}  // namespace

TEST_CASE("check: a case passes with every entry it names", "[cli]") {
    const TemporaryFolder folder;
    const auto finished = checked({folder.file("hello.case.toml", hello_case)});
    INFO(finished.output);
    CHECK(finished.status == 0);
    CHECK(contains(finished.output, "hello.case.toml [int2e]"));
    CHECK(contains(finished.output, "hello.case.toml [sysenter]"));
}

TEST_CASE("check: a deliberately wrong frame field is a field diff and status 1", "[cli]") {
    const TemporaryFolder folder;
    const auto finished = checked(
        {folder.file("hello.case.toml", replaced(hello_case, "SegCs = 0x1B", "SegCs = 0x23"))});
    CHECK(finished.status == 1);
    CHECK(contains(finished.output,
                   "transition 1 NtWriteFile, frame.SegCs: expected 0x00000023, got 0x0000001b"));
}

TEST_CASE("check: --bless mends it, but never in CI", "[cli]") {
    const TemporaryFolder folder;
    const auto path =
        folder.file("hello.case.toml", replaced(hello_case, "SegCs = 0x1B", "SegCs = 0x23"));
    for (const char* ci : {"CI=1", "CI=true"}) {
        const auto refused = checked({"--bless", path}, {ci});
        CHECK(refused.status == 2);
        CHECK(is_one_line(refused));
    }
    CHECK(checked({path}).status == 1);
    CHECK(checked({"--bless", path}).status == 0);
    CHECK(checked({path}).status == 0);
    CHECK(contains(text_of_file(path), "SegCs = 0x0000001B"));
    CHECK(contains(text_of_file(path), "Edx = \"any\""));
}

TEST_CASE("check: worlds that cannot be are errors of the case", "[cli]") {
    const TemporaryFolder folder;
    for (const auto& [from, to] : std::vector<std::pair<std::string, std::string>>{
             {"\"hello.exe\"", "\"nothing.exe\""},
             {"[\"int2e\", \"sysenter\"]", "\"int80\""},
             {"program = \"hello.exe\"", "program = \"hello.exe\"\nfrob = \"x\""},
             {"program = \"hello.exe\"", "program = \"hello.exe\"\ncpu = \"z80\""},
             {"program = \"hello.exe\"", "program = \"hello.exe\"\npatch-object = \"none.o\""},
             {"program = \"hello.exe\"", "program = \"hello.exe\"\nirq = [\"2@100\"]"},
             {"[world]", "[world"}}) {
        const auto finished =
            checked({folder.file("hello.case.toml", replaced(hello_case, from, to))});
        INFO(finished.output);
        CHECK(finished.status == 2);
        CHECK(contains(finished.output, "ERROR "));
        CHECK(count_lines(finished.output) == 2);
    }
}

TEST_CASE("check: --patch changes the guest of every case, and is never blessed", "[cli]") {
    const TemporaryFolder folder;
    const auto path = folder.file("hello.case.toml", hello_case);
    // mov eax, STATUS_ACCESS_DENIED; ret 36
    const auto patch = folder.file("refuse.patch", "nt!NtWriteFile B8 22 00 00 C0 C2 24 00\n");
    const auto finished = checked({"--patch", patch, path});
    INFO(finished.output);
    CHECK(finished.status == 1);
    CHECK(contains(finished.output, "transition 1 NtWriteFile, status: expected STATUS_SUCCESS"));
    CHECK(checked({"--bless", "--patch", patch, path}).status == 2);
    CHECK(checked({path}).status == 0);
}

TEST_CASE("check: a bare program has a case too", "[cli]") {
    const TemporaryFolder folder;
    folder.file("code", "\xB8\x2A\x00\x00\x00\xE7\xF4"s);  // mov eax,42; out F4h,eax
    const auto finished = checked(
        {folder.file("code.case.toml",
                     "[world]\nos = \"bare\"\nprogram = \"code@0x1000\"\nexit-port = \"0xF4\"\n"
                     "[expect]\nexit_status = 85\nreason = \"guest_exit\"\n")});
    INFO(finished.output);
    CHECK(finished.status == 0);
}
