// SPDX-License-Identifier: MIT
// What a user types into gdb, and what gdb answers.
#include <regex.h>

#include <catch2/catch.hpp>

#include "cli/cli.hpp"

using namespace ringside::test;

namespace {

constexpr const char* debugger = "/usr/bin/gdb";

/// Whether a POSIX pattern is found; `...` in it stands for any lines.
bool matches(const std::string& text, std::string pattern) {
    constexpr std::string_view gap = "...";
    for (auto at = pattern.find(gap); at != std::string::npos; at = pattern.find(gap, at)) {
        pattern.replace(at, gap.size(), "(.|\n)*");
    }
    regex_t compiled{};
    REQUIRE(regcomp(&compiled, pattern.c_str(), REG_EXTENDED | REG_NEWLINE | REG_NOSUB) == 0);
    const bool found = regexec(&compiled, text.c_str(), 0, nullptr, 0) == 0;
    regfree(&compiled);
    return found;
}

bool has_gdb() {
    Spawn spawn;
    spawn.arguments = {"/bin/sh", "-c", std::string("test -x ") + debugger};
    const bool there = run(spawn).status == 0;
    if (!there) {
        WARN("SKIP: no gdb here; ./dev setup installs it");
    }
    return there;
}

/// One run of ringside that gdb leads by a script; what gdb printed. `options` stand between
/// `ringside run` and the program; `input` are commands of a shell that write what the guest reads,
/// with a folder of their own in $HOME.
struct Transcript {
    std::string text;
    std::string ringside;  ///< what Ringside printed, the guest's output included
    int status = -1;

    Transcript(const std::string& options, const std::string& program,
               const std::vector<std::string>& commands, const std::string& input = "true") {
        const TemporaryFolder folder;
        std::string script = "set pagination off\nset width 0\nset confirm off\n";
        // gdb asks anew after two seconds, which a busy machine may take.
        script += "set remotetimeout 60\n";
        script += "target remote " + folder.path() + "/socket\n";
        for (const std::string& command : commands) {
            script += "echo > " + command + "\\n\n" + command + "\n";
        }
        const std::string commands_file = folder.file("commands", script);
        Spawn spawn;
        spawn.arguments = {
            "/bin/sh", "-c",
            "{ " + input + "; } | " + RINGSIDE_BINARY + " run --gdb unix:" + folder.path() +
                "/socket " + options + " " + program + " >" + folder.path() +
                "/out 2>&1 & server=$!\n" + "i=0; while [ ! -S " + folder.path() +
                "/socket ] && [ $i -lt 500 ]; do sleep 0.02; i=$((i+1)); done\n" + debugger +
                " -nx -batch -x " + commands_file + " 2>&1\nwait $server\n"};
        spawn.environment = {"HOME=" + folder.path(), "PATH=/usr/bin:/bin"};
        const Finished finished = run(spawn);
        text = finished.output + finished.error;
        status = finished.status;
        ringside = text_of_file(folder.path() + "/out");
    }

    [[nodiscard]] bool shows(const std::string& pattern) const { return matches(text, pattern); }
    /// What stands between one command and the next.
    [[nodiscard]] std::string after(const std::string& command) const {
        const auto at = text.find("> " + command + "\n");
        if (at == std::string::npos) {
            return {};
        }
        const auto from = at + command.size() + 3;
        return text.substr(from, text.find("\n> ", from) - from);
    }
};

}  // namespace

TEST_CASE("gdb: break at ntdll!NtReadFile, step through INT 2E into the kernel and look back",
          "[cli][gdb]") {
    if (!has_gdb()) {
        return;
    }
    const Transcript gdb("--entry int2e", example("readfile.exe"),
                         {"break *'ntdll!NtReadFile'", "continue", "bt", "info sharedlibrary",
                          "break *'ntdll!KiIntSystemCall'", "continue", "stepi", "x/i $pc",
                          "info registers cpl", "stepi", "x/i $pc", "p/x $cs", "info registers cpl",
                          "bt", "stepi 3", "bt", "delete", "continue"});
    INFO(gdb.text);
    INFO(gdb.ringside);
    CHECK(gdb.status == 0);
    CHECK(contains(gdb.after("continue"), "ntdll!NtReadFile ()"));
    CHECK(matches(gdb.after("bt"),
                  "#0 .*ntdll!NtReadFile...#1 .*kernel32!ReadFile...#2 "
                  ".*start"));
    CHECK(contains(gdb.after("info sharedlibrary"), "/guest/nt"));
    CHECK(gdb.shows("=> .*ntdll!KiIntSystemCall\\+4>:\tint +\\$0x2e"));
    CHECK(gdb.shows("=> .*<nt!KiSystemService>"));
    CHECK(contains(gdb.after("p/x $cs"), "0x8"));
    CHECK(
        gdb.shows("#0 .*nt!KiSystemService...#1 +<signal handler called>...#2 "
                  ".*ntdll!KiIntSystemCall...#3 .*ntdll!NtReadFile...#4 "
                  ".*kernel32!ReadFile"));
    CHECK(gdb.shows("exited normally"));
    CHECK(contains(gdb.ringside, "waiting for gdb: target remote "));
}

TEST_CASE("gdb: SYSENTER is stepped into as well, and its frames are found before one is built",
          "[cli][gdb]") {
    if (!has_gdb()) {
        return;
    }
    const Transcript gdb(
        "--entry sysenter", example("readfile.exe"),
        {"break *'ntdll!NtReadFile'", "continue", "break *'ntdll!KiFastSystemCall'", "continue",
         "stepi", "x/i $pc", "stepi", "x/i $pc", "bt", "stepi 5", "bt 3", "stepi 12", "bt 4",
         "break *'nt!KiSystemServiceCall'", "continue", "stepi", "bt 5", "kill"});
    INFO(gdb.text);
    CHECK(gdb.shows("=> .*ntdll!KiFastSystemCall\\+2>:\tsysenter"));
    CHECK(gdb.shows("=> .*<nt!KiFastCallEntry>"));
    CHECK(matches(gdb.after("bt"),
                  "#0 .*nt!KiFastCallEntry...#1 .*ntdll!KiFastSystemCall...#2 "
                  ".*ntdll!NtReadFile...#3 .*kernel32!ReadFile"));
    CHECK(contains(gdb.after("bt 3"), "ntdll!NtReadFile"));
    CHECK(contains(gdb.after("bt 4"), "ntdll!KiFastSystemCallRet"));
    CHECK(matches(gdb.after("bt 5"),
                  "#0 .*nt!...#1 .*nt!KiSystemService...#2 +<signal "
                  "handler called>...#3 .*ntdll!KiFastSystemCallRet"));
    CHECK(contains(gdb.ringside, "gdb ended the run"));
}

TEST_CASE("gdb: a watchpoint stops at what the program and at what the kernel writes",
          "[cli][gdb]") {
    if (!has_gdb()) {
        return;
    }
    // The buffer is the program's own; the service's body fills it.
    const Transcript gdb("", example("readfile.exe"),
                         {"break *'ntdll!NtReadFile'", "continue", "set $b = *(int*)($esp+24)",
                          "watch *(int*)$b", "continue", "x/s $b", "bt 2", "kill"});
    INFO(gdb.text);
    CHECK(gdb.shows("Hardware watchpoint 2: "));
    CHECK(gdb.shows("Old value = 0\nNew value = "));
    const std::string start = text_of_file(example("readfile.txt")).substr(0, 12);
    CHECK(contains(gdb.after("x/s $b"), start));
}

TEST_CASE("gdb: a run goes back from the kernel to ring 3, and further", "[cli][gdb]") {
    if (!has_gdb()) {
        return;
    }
    for (const std::string entry : {"int2e", "sysenter"}) {
        const bool gate = entry == "int2e";
        const std::string stub = gate ? "'ntdll!KiIntSystemCall'" : "'ntdll!KiFastSystemCall'";
        const Transcript gdb("--entry " + entry, example("readfile.exe"),
                             {"break *'ntdll!NtReadFile'",
                              "continue",
                              "p $clock",
                              "break *" + stub,
                              "continue",
                              "stepi 2",
                              "x/i $pc",
                              "reverse-stepi",
                              "info registers cpl",
                              "x/2i $pc",
                              "stepi 40",
                              "reverse-stepi 39",
                              "p $cpl",
                              "delete 2",
                              "reverse-continue",
                              "p $clock == $1",
                              "reverse-continue",
                              "reverse-stepi",
                              "delete",
                              "continue"});
        INFO(gdb.text);
        CHECK(
            contains(gdb.after("x/i $pc"), gate ? "<nt!KiSystemService>" : "<nt!KiFastCallEntry>"));
        CHECK(matches(gdb.after("info registers cpl"), "cpl +0x3"));
        CHECK(contains(gdb.after("x/2i $pc"), gate ? "int    $0x2e" : "sysenter"));
        CHECK(contains(gdb.after("p $cpl"), "= 0"));
        CHECK(contains(gdb.after("reverse-continue"), "ntdll!NtReadFile"));
        CHECK(contains(gdb.after("p $clock == $1"), "= 1"));
        CHECK(gdb.shows("No more reverse-execution history"));
        CHECK(gdb.shows("exited normally"));
        // What the program wrote, it wrote once.
        const std::string written = text_of_file(example("readfile.txt"));
        CHECK(contains(gdb.ringside, written));
        CHECK_FALSE(contains(gdb.ringside, written + written));
    }
}

TEST_CASE("gdb: a watchpoint leads back to who wrote", "[cli][gdb]") {
    if (!has_gdb()) {
        return;
    }
    const Transcript gdb(
        "--entry int2e", example("readfile.exe"),
        {"break *'nt!KiSystemServiceCall'", "continue", "delete", "set $eip_slot = $ebp+0x68",
         "watch *(int*)$eip_slot", "reverse-continue", "x/i $pc", "p $cpl", "kill"});
    INFO(gdb.text);
    CHECK(contains(gdb.after("reverse-continue"), "Hardware watchpoint 2"));
    CHECK(contains(gdb.after("x/i $pc"), "int    $0x2e"));  // the gate pushed KTRAP_FRAME.Eip
    CHECK(contains(gdb.after("p $cpl"), "= 3"));
}

TEST_CASE("gdb: backwards, each watchpoint is told of as itself", "[cli][gdb]") {
    if (!has_gdb()) {
        return;
    }
    // The service's body writes to the buffer; KiSystemService reads the arguments.
    const Transcript gdb(
        "--entry sysenter", example("readfile.exe"),
        {"tbreak *'ntdll!NtReadFile'", "continue", "set $buffer = *(int*)($esp+24)",
         "set $argument = $esp+8", "awatch *(int*)$buffer", "rwatch *(int*)$argument", "continue",
         "continue", "continue", "reverse-continue", "x/i $pc", "kill"});
    INFO(gdb.text);
    CHECK(contains(gdb.after("reverse-continue"), "Hardware read watchpoint 3"));
    CHECK(contains(gdb.after("x/i $pc"), "rep movs"));
}

TEST_CASE("gdb: threads that wait show where", "[cli][gdb]") {
    if (!has_gdb()) {
        return;
    }
    const Transcript gdb("", example("threads.exe"),
                         {"break *'nt!SwapContextThread'", "continue", "continue", "continue",
                          "continue", "info threads", "thread apply all bt 3", "kill"});
    INFO(gdb.text);
    CHECK(gdb.shows("\\* *[0-9]+ +Thread"));
    CHECK(contains(gdb.after("info threads"), "waits for"));
    CHECK(contains(gdb.after("thread apply all bt 3"), "nt!KiSwapContext"));
}

TEST_CASE("gdb: the stack of a thread that has yet to begin ends where it will", "[cli][gdb]") {
    if (!has_gdb()) {
        return;
    }
    const Transcript gdb(
        "", example("threads.exe"),
        {"break *'nt!SwapContextThread'", "continue", "bt", "thread 3", "bt -5", "kill"});
    INFO(gdb.text);
    CHECK(matches(gdb.after("bt"),
                  "#0 .*nt!SwapContextThread...#1 .*nt!KiThreadStartup \\(to begin\\)"));
    CHECK_FALSE(contains(gdb.after("bt"), "#2"));
    CHECK(contains(gdb.after("bt -5"), "#0  0x"));
    CHECK_FALSE(contains(gdb.after("bt -5"), "#1"));
}

TEST_CASE("gdb: a stack leads through exceptions, APCs and callbacks to where it began",
          "[cli][gdb]") {
    if (!has_gdb()) {
        return;
    }
    const Transcript exception("", example("seh.exe"),
                               {"break *'ntdll!RtlDispatchException'", "continue", "bt", "kill"});
    INFO(exception.text);
    CHECK(matches(exception.after("bt"),
                  "#0 .*ntdll!RtlDispatchException...#1 .*ntdll!KiUserExceptionDispatcher"
                  "...#2 +<signal handler called>...#3 .*start...kernel32!BaseProcessStart"));
    CHECK_FALSE(contains(exception.after("bt"), "??"));
    const Transcript apc(
        "", example("apc.exe"),
        {"break *'ntdll!KiUserApcDispatcher'", "continue", "stepi 4", "bt", "kill"});
    INFO(apc.text);
    CHECK(matches(apc.after("bt"),
                  "#0 .*procedure...#1 .*ntdll!KiUserApcDispatcher...#2 +<signal handler called>"
                  "...ntdll!NtTestAlert...start...kernel32!BaseProcessStart"));
    CHECK_FALSE(contains(apc.after("bt"), "??"));
    const Transcript callback(
        "", example("callback.exe"),
        {"break *'ntdll!KiUserCallbackDispatcher'", "continue", "bt", "kill"});
    INFO(callback.text);
    CHECK(contains(callback.after("bt"), "#0 "));
    CHECK_FALSE(contains(callback.after("bt"), "#1 "));
}

TEST_CASE("gdb: registers of the system are there by name", "[cli][gdb]") {
    if (!has_gdb()) {
        return;
    }
    const Transcript gdb(
        "", example("hello.exe"),
        {"p $fs_base", "p $cr0", "p/x $cr3", "p $idt_limit", "p $clock > 1000", "p $st0",
         "p $xmm0.uint128", "p $eflags", "monitor msr", "monitor ssdt NtReadFile", "monitor idt 2E",
         "monitor help", "x/2i 'nt!KiSystemService'", "kill"});
    INFO(gdb.text);
    CHECK(contains(gdb.after("p $fs_base"), "= 2147"));  // the TEB, below 7FFE0000
    CHECK(contains(gdb.after("p $cr0"), "[ PE"));
    CHECK(contains(gdb.after("p $clock > 1000"), "= 1"));
    CHECK(contains(gdb.after("p $st0"), "= 0"));
    CHECK(contains(gdb.after("p $eflags"), "IF"));
    CHECK(contains(gdb.after("monitor ssdt NtReadFile"), "nt!"));
    CHECK(contains(gdb.after("monitor idt 2E"), "nt!KiSystemService"));
    CHECK(contains(gdb.after("monitor help"), "physical"));
    CHECK(contains(gdb.after("x/2i 'nt!KiSystemService'"), "push"));
}

TEST_CASE("gdb: system calls are caught by name", "[cli][gdb]") {
    if (!has_gdb()) {
        return;
    }
    const Transcript gdb("", example("readfile.exe"),
                         {"monitor catch NtReadFile NtClose", "continue", "p/x $eax", "bt 1",
                          "monitor catch off", "continue"});
    INFO(gdb.text);
    CHECK(contains(gdb.after("monitor catch NtReadFile NtClose"), "2 system calls are caught"));
    CHECK(contains(gdb.after("p/x $eax"), "0xb7"));
    CHECK(gdb.shows("exited normally"));
}

TEST_CASE("gdb: a program that was detached from runs on to its end", "[cli][gdb]") {
    if (!has_gdb()) {
        return;
    }
    const Transcript gdb("", example("hello.exe"), {"break *'ntdll!NtWriteFile'", "detach"});
    INFO(gdb.text);
    CHECK(gdb.status == 0);
    CHECK(contains(gdb.ringside, "Hello"));
}

TEST_CASE("gdb: --startup begins at the kernel's first instruction", "[cli][gdb]") {
    if (!has_gdb()) {
        return;
    }
    const Transcript gdb("--startup", example("hello.exe"),
                         {"x/i $pc", "p $cr0", "break *'ntdll!NtWriteFile'", "continue", "kill"});
    INFO(gdb.text);
    CHECK(contains(gdb.after("x/i $pc"), "nt!KiSystemStartup"));
    CHECK(contains(gdb.after("continue"), "ntdll!NtWriteFile"));
}

TEST_CASE("gdb: Ctrl-C is heard while the guest waits for input, and the wait begins again",
          "[cli][gdb]") {
    if (!has_gdb()) {
        return;
    }
    const std::string press = "shell (sleep 1; kill -INT $PPID) >/dev/null 2>&1 &";
    const Transcript gdb("", std::string(RINGSIDE_PROGRAMS) + "/echo_input.exe",
                         {"break *'nt!NtReadFile'", "continue", "delete", press, "continue",
                          "x/i $pc", "bt", "p $clock", press, "continue", "p $clock == $1",
                          "reverse-stepi", "shell touch $HOME/typed", "break *'ntdll!NtWriteFile'",
                          "continue", "reverse-continue", "delete", "continue"},
                         "until [ -e $HOME/typed ]; do sleep 0.05; done; echo typed at last");
    INFO(gdb.text);
    CHECK(gdb.shows("SIGINT"));
    CHECK(contains(gdb.after("x/i $pc"), "out "));  // in front of what waits
    CHECK(matches(gdb.after("bt"), "#0 .*nt!NtReadFile...kernel32!ReadFile...start"));
    CHECK(contains(gdb.after("p $clock == $1"), "= 1"));
    CHECK(contains(gdb.after("reverse-stepi"), "nt!NtReadFile"));
    CHECK(gdb.shows("exited normally"));
    CHECK(gdb.status == 0);
    CHECK(contains(gdb.ringside, "typed at last\n"));
    CHECK_FALSE(contains(gdb.ringside, "typed at last\ntyped"));
}

TEST_CASE("gdb: Ctrl-C is heard while the guest loops", "[cli][gdb]") {
    if (!has_gdb()) {
        return;
    }
    const Transcript gdb(
        "", example("hello.exe"),
        {"set {short}$pc = 0xfeeb", "shell (sleep 1; kill -INT $PPID) >/dev/null 2>&1 &",
         "continue", "x/i $pc", "kill"});
    INFO(gdb.text);
    CHECK(gdb.shows("SIGINT"));
    CHECK(contains(gdb.after("x/i $pc"), "jmp"));
    CHECK(gdb.status == 130);
}

TEST_CASE("gdb: segment and control registers are set as instructions would", "[cli][gdb]") {
    if (!has_gdb()) {
        return;
    }
    // A value that the processor refuses is an error, which ends a script.
    const auto refused = [](const std::string& command) {
        return Transcript("", example("hello.exe"), {command}).text;
    };
    const Transcript gdb("", example("hello.exe"),
                         {"set $gs = 0x3b", "p $gs_base == $fs_base", "set $gs = 0", "p $gs_limit",
                          "set $cr0 = $cr0 | (1<<18)", "p $cr0", "kill"});
    INFO(gdb.text);
    CHECK(contains(gdb.after("p $gs_base == $fs_base"), "= 1"));
    CHECK(contains(gdb.after("p $gs_limit"), "= 0"));
    CHECK(contains(gdb.after("p $cr0"), "AM"));
    CHECK(contains(refused("set $ds = 0x10"),
                   "E.ds: the processor refuses the value in ring 3 with GP(10)"));
    CHECK(contains(refused("set $fs_base = 0"), "E.fs_base: it comes with the descriptor"));
}

TEST_CASE("gdb: a failed run can be looked at before it is over", "[cli][gdb]") {
    if (!has_gdb()) {
        return;
    }
    const Transcript gdb("", example("deadlock.exe"), {"continue", "info threads", "continue"});
    INFO(gdb.text);
    CHECK(contains(gdb.after("continue"), "deadlock"));
    CHECK(gdb.shows("SIGABRT"));
    CHECK(gdb.status == 123);
}

TEST_CASE("gdb: an address that cannot be had is one line and status 2", "[cli][gdb]") {
    for (const char* const address :
         {"99999", "nonsense", "", "80:", "[::1", "unix:", "unix:/nowhere/at/all", "unix:/dev/null",
          "no.such.host.invalid:1", "192.0.2.1:1"}) {
        const Finished finished =
            ringside::test::ringside({"run", "--gdb", address, example("hello.exe")});
        INFO(address);
        CHECK(finished.status == 2);
        CHECK(is_one_line(finished));
        CHECK(contains(finished.error, "--gdb"));
    }
}

TEST_CASE("gdb: a file is not replaced by a socket of its name", "[cli][gdb]") {
    const TemporaryFolder folder;
    const std::string path = folder.file("notes", "kept");
    const Finished finished =
        ringside::test::ringside({"run", "--gdb", "unix:" + path, example("hello.exe")});
    CHECK(finished.status == 2);
    CHECK(contains(finished.error, "is no socket"));
    CHECK(text_of_file(path) == "kept");
}

TEST_CASE("gdb: a bare program is debugged by its symbols", "[cli][gdb]") {
    if (!has_gdb()) {
        return;
    }
    const Transcript gdb(
        "--os bare", example("bare_timer.elf"),
        {"break timer", "info registers eip", "stepi", "stepi", "p/x $cs", "kill"});
    INFO(gdb.text);
    CHECK(contains(gdb.after("p/x $cs"), "0x8"));
    CHECK(contains(gdb.after("break timer"), "Breakpoint 1 at 0x"));
    CHECK_FALSE(contains(gdb.text, "locations"));
}
