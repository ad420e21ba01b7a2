// SPDX-License-Identifier: MIT
// Programs that turn against themselves and the kernel harm neither the machine nor the host: the
// run ends in one of the documented ways, and soon.
#include <catch2/catch.hpp>

#include <string>
#include <vector>

#include "support/process.hpp"

namespace ringside::test {

namespace {

const std::string programs = RINGSIDE_PATH_PROGRAMS;
const std::string examples = RINGSIDE_EXAMPLES;

Finished commit(const std::string& crime, std::vector<std::string> options = {"--timeout", "40"}) {
    std::vector<std::string> arguments{"run"};
    arguments.insert(arguments.end(), options.begin(), options.end());
    arguments.insert(arguments.end(), {programs + "/hostile.exe", crime});
    return ringside(arguments);
}

/// The crime ends the process, and the report says at what.
void check_killed(const std::string& crime, const std::string& exception) {
    const Finished finished = commit(crime);
    INFO(crime << "\n" << finished.error);
    CHECK(finished.status == 120);
    CHECK_THAT(finished.error, Catch::StartsWith("ringside: unhandled exception " + exception));
}

/// The crime changes nothing, and the program says so.
void check_survived(const std::string& crime, const std::string& says) {
    const Finished finished = commit(crime);
    INFO(crime << "\n" << finished.error);
    CHECK(finished.status == 0);
    CHECK(finished.output == says);
}

}  // namespace

TEST_CASE("hostile: the gate does not care about the user's stack", "[nt][path][hostile]") {
    check_survived("gate-without-stack", "all right\n");
}

TEST_CASE("hostile: an exception without a stack to tell it on ends the process",
          "[nt][path][hostile]") {
    check_killed("fault-without-stack", "STATUS_ILLEGAL_INSTRUCTION (0xC000001D)");
    check_killed("fault-on-kernel-stack", "STATUS_ILLEGAL_INSTRUCTION (0xC000001D)");
    check_killed("free-stack", "STATUS_ACCESS_VIOLATION (0xC0000005)");
    check_killed("stack-in-nowhere", "STATUS_ACCESS_VIOLATION (0xC0000005)");
    check_killed("odd-stack-segment", "STATUS_");
}

TEST_CASE("hostile: recursion ends in a stack overflow", "[nt][path][hostile]") {
    check_killed("recursion", "STATUS_STACK_OVERFLOW (0xC00000FD) at hostile!deeper");
}

TEST_CASE("hostile: a context of garbage is a user's own fault", "[nt][path][hostile]") {
    check_killed("garbage-context", "STATUS_ACCESS_VIOLATION (0xC0000005)");
    check_survived("garbage-segments", "still here\n");
    check_survived("v86-context", "denied\n");
}

TEST_CASE("hostile: a process that takes its own memory away ends with a report",
          "[nt][path][hostile]") {
    check_killed("free-teb", "STATUS_");
    check_killed("free-peb", "STATUS_");
    check_killed("spoil-teb", "STATUS_");
    check_killed("unmap-ntdll", "STATUS_ACCESS_VIOLATION (0xC0000005)");
    check_killed("unmap-itself", "STATUS_ACCESS_VIOLATION (0xC0000005)");
    check_killed("free-everything", "STATUS_ACCESS_VIOLATION (0xC0000005)");
}

TEST_CASE("hostile: a stack whose bounds cannot be asked for is no stack", "[nt][path][hostile]") {
    check_killed("read-only-teb", "STATUS_");
    check_killed("hidden-teb", "STATUS_");
    check_killed("guarded-teb", "STATUS_");
}

TEST_CASE("hostile: a broken chain of handlers is not followed for ever", "[nt][path][hostile]") {
    check_killed("bad-handler-chain", "STATUS_ILLEGAL_INSTRUCTION (0xC000001D)");
    check_killed("looping-handler-chain", "STATUS_");
}

TEST_CASE("hostile: code that changes under way runs as it stands", "[nt][path][hostile]") {
    for (const std::string size : {"1", "2", "64"}) {
        const Finished finished = commit("self-modifying", {"--block-size", size});
        CHECK(finished.status == 0);
        CHECK(finished.output == "exact\n");
    }
}

TEST_CASE("hostile: no service is harmed by what it is passed", "[nt][path][hostile]") {
    for (const std::string crime : {"all-services", "hostile-raises"}) {
        const Finished finished = commit(crime);
        INFO(crime << "\n" << finished.error);
        // Chance may take away what the process needs, or suspend its only thread; a bug check or a
        // failure of ours it is not.
        CHECK((finished.status == 0 || finished.status == 120 || finished.status == 123));
        CHECK_THAT(finished.error, !Catch::Contains("bugcheck") && !Catch::Contains("internal"));
    }
}

TEST_CASE("hostile: selectors of the user's do not reach the kernel", "[nt][path][hostile]") {
    check_survived("odd-selectors", "all right\n");
}

TEST_CASE("hostile: vectors that are not for ring 3 are refused", "[nt][path][hostile]") {
    check_survived("all-vectors", "refused\n");
}

TEST_CASE("hostile: endless loops end at the limits", "[nt][path][hostile]") {
    for (const std::string crime : {"endless", "endless-faults"}) {
        const Finished clocks = commit(crime, {"--max-cycles", "20000000"});
        CHECK(clocks.status == 124);
        CHECK_THAT(clocks.error, Catch::StartsWith("ringside: clock limit reached after 2000") &&
                                     Catch::Contains("raise --max-cycles"));
        const Finished time = commit(crime, {"--timeout", "0.2"});
        CHECK(time.status == 124);
        CHECK_THAT(time.error, Catch::StartsWith("ringside: time limit of 200 ms reached") &&
                                   Catch::Contains("EIP="));
    }
}

TEST_CASE("hostile: ring 0 with interrupts off ends at the limits too", "[nt][path][hostile]") {
    const TemporaryFolder folder;
    const auto run_kernel = [&folder](const std::string& bytes, std::vector<std::string> limit) {
        const std::string patch =
            folder.file("loop.patch", "nt!KiSystemServiceFrameBuilt " + bytes + "\n");
        std::vector<std::string> arguments{"run", "--patch", patch};
        arguments.insert(arguments.end(), limit.begin(), limit.end());
        arguments.push_back(examples + "/hello.exe");
        return ringside(arguments);
    };
    const std::string loop_off = "FA EB FE";     // cli; jmp $
    const std::string halt_on = "FB F4 EB FC";   // sti; hlt; jmp
    const std::string halt_off = "FA F4 EB FC";  // cli; hlt; jmp
    for (const std::string& bytes : {loop_off, halt_on}) {
        CHECK(run_kernel(bytes, {"--max-cycles", "50000000"}).status == 124);
        CHECK(run_kernel(bytes, {"--timeout", "0.2"}).status == 124);
    }
    const Finished halted = run_kernel(halt_off, {"--timeout", "30"});
    CHECK(halted.status == 123);
    CHECK(halted.error == "ringside: HLT with interrupts off at nt!KiSystemServiceRepeat\n");
}

TEST_CASE("hostile: a thread object that the kernel's code destroys ends the run in a report",
          "[nt][path][hostile]") {
    const TemporaryFolder folder;
    // mov esi, fs:[124h]; mov dword ptr [esi + 134h], 10h; then the service as always
    const std::string patch =
        folder.file("thread.patch",
                    "nt!KiSystemServiceFrameBuilt 64 8B 35 24 01 00 00 C7 86 34 01 00 00 10 00 "
                    "00 00 FB F4 EB FD\n");
    const Finished finished =
        ringside({"run", "--patch", patch, "--timeout", "1", examples + "/hello.exe"});
    INFO(finished.error);
    CHECK((finished.status == 120 || finished.status == 124));
}

}  // namespace ringside::test
