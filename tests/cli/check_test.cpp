// SPDX-License-Identifier: MIT
#include <array>
#include <filesystem>
#include <sstream>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

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
                   "transition 1 NtWriteFile, frame.SegCs: expected 0x00000023, got 0x0000001B"));
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
    CHECK(contains(text_of_file(path), "SegCs = 0x1B"));
    CHECK(contains(text_of_file(path), "Edx = \"any\""));
}

TEST_CASE("check: a difference names the guest instruction that wrote the field", "[cli]") {
    const TemporaryFolder folder;
    std::string text = replaced(hello_case, "SegCs = 0x1B", "SegCs = 0x23\nEbx = 1\nDbgEip = 1");
    text += "[transition.stack]\nesp = 1\n[transition.arguments]\nLength = 20\n";
    const auto finished = checked({folder.file("hello.case.toml", text)});
    INFO(finished.output);
    CHECK(finished.status == 1);
    // By the gate, and where the fast entry imitates it.
    CHECK(contains(finished.output,
                   "frame.SegCs: expected 0x00000023, got 0x0000001B\n"
                   "        written by ntdll!KiIntSystemCall+0x4 "));
    CHECK(contains(finished.output, "): int 0x2E, as the gate of int 2Eh was passed\n"));
    CHECK(contains(finished.output,
                   "frame.SegCs: expected 0x00000023, got 0x0000001B\n"
                   "        written by nt!KiFastCallEntryCommon+0x"));
    CHECK(contains(finished.output, "frame.Ebx: expected 0x00000001, got "));
    CHECK(contains(finished.output, "): push ebx\n"));
    // The stack that the TSS named, which start-up code or the last thread switch wrote there.
    CHECK(contains(finished.output, "stack.esp: expected 0x00000001, got 0xF8"));
    CHECK(contains(finished.output,
                   "arguments.Length: expected 0x00000014, got 0x00000013 (19)\n"
                   "        written by nt!KiSystemService"));
    CHECK(contains(finished.output, "): rep movsd\n        copied from 0012"));
    CHECK(contains(finished.output, ", written by kernel32!WriteFile+0x"));
}

TEST_CASE("check: masks, and symbols that are addresses", "[cli]") {
    const TemporaryFolder folder;
    const std::string text = replaced(hello_case, "Edx = \"any\"",
                                      "EFlags = \"bits 0x200 set, bits 0x400 clear\"\n"
                                      "DbgEip = \"same-as #1.Eip\"\n"
                                      "Ebp = \"same-as #1.DbgEbp\"\n"
                                      "[transition.before]\ncs = 0x1B\n"
                                      "[transition.after]\neip = \"same-as #1.frame.Eip\"\n"
                                      "esp = \"same-as #1.frame.HardwareEsp\"");
    auto finished = checked({folder.file(
        "hello.case.toml",
        replaced(text, "status = \"", "module = \"kernel32\"\nvia = \"ntdll\"\nstatus = \""))});
    INFO(finished.output);
    CHECK(finished.status == 0);
    finished =
        checked({folder.file("hello.case.toml", replaced(text, "bits 0x200 set, bits 0x400 clear",
                                                         "bits 0x200 clear"))});
    CHECK(finished.status == 1);
    CHECK(contains(finished.output,
                   "frame.EFlags: expected bits 0x200 clear, got 0x00000246 (bits 0x200 set)"));
    finished = checked({folder.file(
        "hello.case.toml", replaced(text, "status = \"STATUS",
                                    "from = \"ntdll!NtWriteFlie+0xC\"\nstatus = \"STATUS"))});
    CHECK(contains(finished.output,
                   "no symbol ntdll!NtWriteFlie+0xC in this run; did you mean "
                   "ntdll!NtWriteFile"));
}

TEST_CASE("check: what a case mistypes is named with its line and what comes near", "[cli]") {
    const TemporaryFolder folder;
    for (const auto& [from, to, message] : std::vector<std::array<std::string, 3>>{
             {"program =", "progam = \"x\"\nprogram =",
              ":2: unknown key 'progam' in [world]; did you mean program?"},
             {"entry =", "max-cycle = 5\nentry =", "did you mean max-cycles?"},
             {"exit_status", "exit_staus", "did you mean exit_status?"},
             {"SegCs", "SegSc", ": KTRAP_FRAME has no field 'SegSc'; did you mean SegCs"},
             {"status = \"", "statsu = \"", "did you mean status"},
             {"call =", "cal =", "did you mean call"},
             {"Edx = \"any\"", "Edx = \"bits 3\"", "want \"bits MASK set\""},
             {"Edx = \"any\"", "Edx = \"same-as #9\"", "the case has 1 transition"}}) {
        const auto finished =
            checked({folder.file("hello.case.toml", replaced(hello_case, from, to))});
        INFO(finished.output);
        CHECK(finished.status == 2);
        CHECK(contains(finished.output, message));
        CHECK(count_lines(finished.output) == 2);
    }
    const auto call = checked(
        {folder.file("hello.case.toml", replaced(hello_case, "NtWriteFile", "NtWritFile"))});
    CHECK(call.status == 1);
    CHECK(contains(call.output, "no service has that name; did you mean NtWriteFile"));
}

TEST_CASE("check: [build] makes what the world names, in a folder that goes away", "[cli]") {
    const TemporaryFolder folder;
    const std::string text =
        "[build]\ncommand = [\"printf '\\\\270\\\\052\\\\000\\\\000\\\\000\\\\347\\\\364' > "
        "$OUT/code\", \"echo $OUT > where\", "
        "\"mkdir $OUT/a; touch $OUT/a/b; chmod 500 $OUT/a\"]\n"
        "[world]\nos = \"bare\"\nprogram = \"code@0x1000\"\nexit-port = \"0xF4\"\n"
        "[expect]\nexit_status = 85\n";
    const auto path = folder.file("code.case.toml", text);
    auto finished = checked({path});
    INFO(finished.output);
    CHECK(finished.status == 0);
    std::string where = text_of_file(folder.path() + "/where");
    where.pop_back();
    CHECK_FALSE(std::filesystem::exists(where));

    finished = checked({path}, {"TMPDIR=/no/such/folder"});
    CHECK(finished.status == 2);
    CHECK(contains(finished.output, "/no/such/folder: no folder can be made there; set TMPDIR"));

    finished = checked({"--no-build", path});
    CHECK(finished.status == 2);
    CHECK(contains(finished.output, "--no-build forbids"));

    finished = checked({folder.file(
        "code.case.toml", replaced(text, "echo $OUT > where", "echo no good >&2; exit 3"))});
    CHECK(finished.status == 2);
    CHECK(contains(finished.output, "ended with status 3\n      no good\n"));
}

TEST_CASE("check: --no-build shows a stranger's case nothing but its own folder", "[cli]") {
    const TemporaryFolder folder;
    std::filesystem::create_directories(folder.path() + "/case/data");
    std::filesystem::create_symlink("/tmp", folder.path() + "/case/link");
    const auto with = [&folder](const std::string& mount) {
        return folder.file("case/a.case.toml",
                           "[world]\nprogram = \"hello.exe\"\nmount = 'C:\\x=" + mount + "'\n");
    };
    for (const char* mount : {"..:rw", "/", "data/../..", "link:rw"}) {
        INFO(mount);
        const auto finished = checked({"--no-build", with(mount)});
        CHECK(finished.status == 2);
        CHECK(contains(finished.output, "nothing but its own folder"));
        CHECK(checked({with(mount)}).status == 0);
    }
    CHECK(checked({"--no-build", with("data:rw")}).status == 0);
}

TEST_CASE("check: Ctrl-C, SIGTERM and SIGHUP end a build too, and take its folder along", "[cli]") {
    const int signal = GENERATE(SIGINT, SIGTERM, SIGHUP);
    const TemporaryFolder folder;
    Spawn spawn;
    spawn.arguments = {RINGSIDE_BINARY, "check",
                       folder.file("a.case.toml",
                                   "[build]\ncommand = \"echo $OUT > where; sleep 50\"\n"
                                   "[world]\nprogram = \"a.exe\"\n")};
    spawn.interrupt_after_ms = 1500;
    spawn.interrupt_signal = signal;
    const auto finished = run(spawn);
    INFO(finished.output);
    CHECK(finished.status == 130);
    std::string where = text_of_file(folder.path() + "/where");
    where.pop_back();
    CHECK_FALSE(std::filesystem::exists(where));
}

TEST_CASE("check: -k, --list, --shard and -x choose among the runs", "[cli]") {
    const TemporaryFolder folder;
    folder.file("a.case.toml", hello_case);
    folder.file("b.case.toml", replaced(hello_case, "exit_status = 0", "exit_status = 1"));
    auto finished = checked({"--list", folder.path()});
    CHECK(finished.status == 0);
    CHECK(count_lines(finished.output) == 4);
    finished = checked({"--list", "-k", "a.case and not int2e", folder.path()});
    CHECK(finished.output == folder.path() + "/a.case.toml [sysenter]\n");
    finished = checked({"--shard", "1/2", folder.path()});
    CHECK(finished.status == 0);
    CHECK(contains(finished.output, "2 passed, 0 failed"));
    finished = checked({"--shard", "2/2", folder.path()});
    CHECK(contains(finished.output, "0 passed, 2 failed"));
    finished = checked({"-k", "zebra", folder.path()});
    CHECK(finished.status == 2);
    CHECK(is_one_line(finished));
    for (const std::vector<std::string>& wrong : {std::vector<std::string>{"-k", "a or"},
                                                  {"--shard", "3/2"},
                                                  {"--report", "html:x"},
                                                  {"--report", "junit"},
                                                  {"-j", "0"}}) {
        auto arguments = wrong;
        arguments.push_back(folder.path());
        finished = checked(arguments);
        CHECK(finished.status == 2);
        CHECK(is_one_line(finished));
    }
}

TEST_CASE("check: jobs and reports: the same text and files whatever -j is", "[cli]") {
    const TemporaryFolder folder;
    folder.file("a.case.toml", hello_case);
    folder.file("b.case.toml", replaced(hello_case, "SegCs = 0x1B", "SegCs = 0x23"));
    folder.file("c.case.toml", replaced(hello_case, "hello.exe", "nothing.exe"));
    std::vector<std::string> all;
    for (const char* jobs : {"1", "4"}) {
        const auto finished = checked({"-j", jobs, "--report", "junit:" + folder.path() + "/x.xml",
                                       "--report", "tap:" + folder.path() + "/x.tap", "--report",
                                       "jsonl:" + folder.path() + "/x.jsonl", folder.path()});
        CHECK(finished.status == 2);
        all.push_back(finished.output + text_of_file(folder.path() + "/x.xml") +
                      text_of_file(folder.path() + "/x.tap") +
                      text_of_file(folder.path() + "/x.jsonl"));
    }
    CHECK(all[0] == all[1]);
    CHECK(contains(all[0], "tests=\"5\" failures=\"2\" errors=\"1\""));
    std::istringstream lines(text_of_file(folder.path() + "/x.jsonl"));
    std::string line;
    std::size_t runs = 0;
    while (std::getline(lines, line)) {
        const auto json = nlohmann::json::parse(line);
        if (json["type"] == "run" && json["outcome"] == "failed") {
            ++runs;
            const auto& difference = json["differences"].at(0);
            CHECK(difference["field"] == "frame.SegCs");
            CHECK(difference["transition"] == 1);
            CHECK(contains(difference["writers"].at(0).get<std::string>(), "written by "));
        }
    }
    CHECK(runs == 2);
    CHECK(contains(checked({"/dev/zero"}).output, "is no regular file"));
    const auto full = checked({"--report", "junit:/dev/full", folder.path()});
    CHECK(full.status == 125);
}

TEST_CASE("check: a report is never written over a case or another report", "[cli]") {
    const TemporaryFolder folder;
    const auto path = folder.file("a.case.toml", hello_case);
    const std::string report = folder.path() + "/report";
    for (const std::vector<std::string>& reports :
         {std::vector{"--report"s, "tap:" + path},
          std::vector{"--report"s, "tap:" + folder.path() + "/../" +
                                       folder.path().substr(folder.path().rfind('/')) +
                                       "/a.case.toml"},
          std::vector{"--report"s, "tap:" + report, "--report"s, "junit:" + report}}) {
        std::vector<std::string> arguments = reports;
        arguments.push_back(folder.path());
        const auto finished = checked(arguments);
        CHECK(finished.status == 2);
        CHECK(is_one_line(finished));
        CHECK(contains(finished.error, "name another file"));
    }
    CHECK(text_of_file(path) == hello_case);
    CHECK_FALSE(std::filesystem::exists(report));
    CHECK(checked({"--list", "--report", "tap:" + report, path}).status == 0);
    CHECK_FALSE(std::filesystem::exists(report));
}

TEST_CASE("check: a case that never ends ends in guest clocks", "[cli]") {
    const TemporaryFolder folder;
    folder.file("code", "\xEB\xFE"s);  // jmp $
    const std::string text = "[world]\nos = \"bare\"\nprogram = \"code@0x1000\"\n";
    auto finished = checked({"--max-cycles", "5000", folder.file("code.case.toml", text)});
    CHECK(finished.status == 1);
    CHECK(contains(finished.output, "expected an end within the limits, got clock limit reached"));
    finished = checked({folder.file(
        "code.case.toml", text + "max-cycles = 7000\n[expect]\nreason = \"cycle_limit\"\n")});
    CHECK(finished.status == 0);
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
