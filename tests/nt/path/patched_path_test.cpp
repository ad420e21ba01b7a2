// SPDX-License-Identifier: MIT
// Every stretch of the trap path is guest bytecode: an instruction replaced by --patch is the first
// to fault when the path comes by.
#include <catch2/catch.hpp>

#include <string>
#include <vector>

#include "nt/profile.hpp"
#include "support/process.hpp"

namespace ringside::test {

namespace {

const std::string examples = RINGSIDE_EXAMPLES;
const std::string programs = RINGSIDE_PATH_PROGRAMS;

/// What to run so that the path leads past the patch.
struct Way {
    std::string entry = "auto";
    std::string os = "xp";
    std::vector<std::string> patch_lines{};
    std::string object{};  ///< takes the place of NtWriteFile's thunk
    std::string program = examples + "/hello.exe";
    std::string argument{};
};

Finished run_patched(const std::string& line, const Way& way) {
    const TemporaryFolder folder;
    std::string text = line + "\n";
    for (const std::string& more : way.patch_lines) {
        text += more + "\n";
    }
    std::vector<std::string> arguments{"run",     "--os",    way.os,
                                       "--entry", way.entry, "--timeout",
                                       "30",      "--patch", folder.file("path.patch", text)};
    if (!way.object.empty()) {
        arguments.insert(arguments.end(),
                         {"--patch-object", programs + "/" + way.object + ".o@nt!NtWriteFile"});
    }
    arguments.push_back(way.program);
    if (!way.argument.empty()) {
        arguments.push_back(way.argument);
    }
    return ringside(arguments);
}

Way trap(const std::string& argument, std::vector<std::string> patch_lines = {}) {
    return {.patch_lines = std::move(patch_lines),
            .program = programs + "/traps.exe",
            .argument = argument};
}

Way interrupt(const std::string& vector) {
    return {.object = "interrupt_" + vector};
}

std::string first_line(const Finished& finished) {
    return finished.error.substr(0, finished.error.find('\n'));
}

/// INT3 at `place` ends the run there, whatever the system and the way in, unless `way` names one:
/// ring 0 does not survive a breakpoint.
void check_breakpoint(const std::string& place, Way way = {}) {
    const auto entries = way.entry == "auto" ? std::vector<std::string>{"int2e", "sysenter"}
                                             : std::vector<std::string>{way.entry};
    for (const std::string& os : nt::profile_names()) {
        for (const std::string& entry : entries) {
            way.os = os;
            way.entry = entry;
            const Finished finished = run_patched("nt!" + place + " CC", way);
            INFO(os << " " << place << " " << entry << "\n" << finished.error);
            CHECK(finished.status == 120);
            CHECK(first_line(finished) ==
                  "ringside: bugcheck 0x7F UNEXPECTED_KERNEL_MODE_TRAP: trap 03, "
                  "error code 0 at nt!" +
                      place);
            CHECK_THAT(finished.error, Catch::Contains("code at nt!" + place + ": cc "));
        }
    }
}

}  // namespace

TEST_CASE("path: KiSystemStartup without an IDT ends in a triple fault where it was patched",
          "[nt][path]") {
    const Finished finished = run_patched("early nt!KiSystemStartup CC", {});
    INFO(finished.error);
    CHECK(finished.status == 120);
    CHECK(first_line(finished) == "ringside: triple fault at nt!KiSystemStartup");
    CHECK_THAT(finished.error, Catch::Contains("EIP=804D7000"));
}

TEST_CASE("path: KiSystemStartup behind KeInitExceptions ends in a report", "[nt][path]") {
    for (const std::string place : {"KiSetProcessorType", "KiInitializeUserSharedData"}) {
        const Finished finished = run_patched("early nt!" + place + " CC", {});
        INFO(finished.error);
        CHECK(finished.status == 120);
        CHECK_THAT(first_line(finished), Catch::EndsWith("trap 03, error code 0 at nt!" + place));
    }
}

TEST_CASE("path: services go through the patched entry, copy and exit", "[nt][path]") {
    check_breakpoint("KiSystemService", {.entry = "int2e"});
    check_breakpoint("KiFastCallEntry", {.entry = "sysenter"});
    for (const std::string entry : {"int2e", "sysenter"}) {
        for (const std::string place :
             {"KiSystemServiceRepeat", "KiSystemServiceLookup", "KiSystemServiceCopyArguments",
              "KiSystemServiceCall", "KiSystemServiceDone", "KiServiceExit"}) {
            check_breakpoint(place, {.entry = entry});
        }
    }
    check_breakpoint("KiSystemCallExit", {.entry = "int2e"});
    check_breakpoint("KiSystemCallExitSysexit", {.entry = "sysenter"});
}

TEST_CASE("path: traps that ring 3 raises go through the patched handler", "[nt][path]") {
    check_breakpoint("KiTrap00", trap("divide"));
    check_breakpoint("KiTrap01", trap("step"));
    check_breakpoint("KiTrap04", trap("overflow"));
    check_breakpoint("KiTrap05", trap("bound"));
    check_breakpoint("KiTrap06", trap("opcode"));
    check_breakpoint("KiTrap07", trap("coprocessor"));
    check_breakpoint("KiTrap0C", trap("stack-segment"));
    check_breakpoint("KiTrap0D", trap("privileged"));
    check_breakpoint("KiTrap0E", trap("page"));
}

TEST_CASE("path: user callbacks go through the patched way out and back", "[nt][path]") {
    const Way callback{.program = examples + "/callback.exe"};
    for (const std::string place :
         {"KeUserModeCallback", "KiCallUserMode", "KiCallbackReturnTail", "KiCallbackReturn"}) {
        check_breakpoint(place, callback);
    }
}

TEST_CASE("path: the first win32k call goes through the patched change of stacks", "[nt][path]") {
    const Way gui{.program = examples + "/gui_convert.exe"};
    for (const std::string place :
         {"PsConvertToGuiThread", "KeSwitchKernelStack", "KeSwitchKernelStackDone"}) {
        check_breakpoint(place, gui);
    }
}

TEST_CASE("path: APCs of both modes go through the patched KiDeliverApc", "[nt][path]") {
    const Way apc{.program = examples + "/apc.exe"};
    for (const std::string place : {"KiDeliverApc", "KiDeliverUserApc", "KiDeliverApcKernelRoutine",
                                    "KiSuspendNop", "KiSuspendThread"}) {
        check_breakpoint(place, apc);
    }
}

TEST_CASE("path: KiTrap03 itself is left by an invalid opcode", "[nt][path]") {
    const Finished finished = run_patched("nt!KiTrap03 0F 0B", trap("breakpoint"));
    INFO(finished.error);
    CHECK(finished.status == 120);
    CHECK_THAT(first_line(finished), Catch::EndsWith("trap 06, error code 0 at nt!KiTrap03"));
}

TEST_CASE("path: traps that need a descriptor go through the patched handler", "[nt][path]") {
    const std::string ring_1_code = "0x8003F060 FF FF 00 00 00 BB CF 00";
    const std::string gate_20_to_it = "0x8003F500 00 00 60 00 00 EE 00 00";
    check_breakpoint("KiTrap0A", trap("task-segment", {ring_1_code, gate_20_to_it}));
    const std::string absent_data = "0x8003F060 FF FF 00 00 00 73 CF 00";
    check_breakpoint("KiTrap0B", trap("not-present", {absent_data}));
}

TEST_CASE("path: a double fault goes through its task gate to the patched handler", "[nt][path]") {
    check_breakpoint("KiTrap08", {.object = "lost_stack"});
}

TEST_CASE("path: threads are switched, started and left idle by the patched code", "[nt][path]") {
    const Way threads{.program = examples + "/threads.exe"};
    for (const std::string place :
         {"KiServiceOutcome", "KiServiceOutcomeBlock", "KiSwapContext", "SwapContext",
          "KiThreadStartup", "PspUserThreadStartup", "KiIdleLoop", "KiDispatchInterrupt"}) {
        check_breakpoint(place, threads);
    }
}

TEST_CASE("path: vectors that nothing raises here are entered by INT of ring 0", "[nt][path]") {
    for (const std::string vector : {"02", "09", "0F", "10", "11", "13"}) {
        check_breakpoint("KiTrap" + vector, interrupt(vector));
    }
}

TEST_CASE("path: a double fault's report shows the stack that was lost", "[nt][path]") {
    const Finished finished = run_patched("", {.object = "lost_stack"});
    INFO(finished.error);
    CHECK(finished.status == 120);
    CHECK(first_line(finished) ==
          "ringside: bugcheck 0x7F UNEXPECTED_KERNEL_MODE_TRAP: trap 08, "
          "error code 0 at nt!NtWriteFile+0x2");
    CHECK_THAT(finished.error, Catch::Contains("ESP=00000000") &&
                                   Catch::Contains("stack:\n  00000000: not mapped"));
}

}  // namespace ringside::test
