// SPDX-License-Identifier: MIT
// How runs that do not end by themselves are told: in one line, and in one screen where registers
// matter.
#include <catch2/catch.hpp>

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include "support/process.hpp"

namespace ringside::test {

namespace {

const std::string examples = RINGSIDE_EXAMPLES;
const std::string programs = RINGSIDE_PATH_PROGRAMS;

constexpr std::ptrdiff_t screen_lines = 24;
constexpr std::size_t screen_columns = 132;

std::ptrdiff_t lines_of(const std::string& text) {
    return std::count(text.begin(), text.end(), '\n');
}

std::size_t longest_line(const std::string& text) {
    std::size_t longest = 0;
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t end = std::min(text.find('\n', at), text.size());
        longest = std::max(longest, end - at);
        at = end + 1;
    }
    return longest;
}

/// hello.exe with one text of its file replaced by another of the same length.
Finished run_altered(const std::string& from, const std::string& to) {
    const TemporaryFolder folder;
    std::string bytes = text_of_file(examples + "/hello.exe");
    const std::size_t at = bytes.find(from);
    REQUIRE(at != std::string::npos);
    REQUIRE(from.size() == to.size());
    bytes.replace(at, to.size(), to);
    return ringside({"run", folder.file("hello.exe", bytes)});
}

}  // namespace

TEST_CASE("report: an unhandled exception fills one screen", "[nt][path][report]") {
    const Finished finished = ringside({"run", programs + "/traps.exe", "page"});
    INFO(finished.error);
    CHECK(finished.status == 120);
    CHECK_THAT(finished.error,
               Catch::StartsWith("ringside: unhandled exception STATUS_ACCESS_VIOLATION "
                                 "(0xC0000005) at traps!page, write to 00000010\n") &&
                   Catch::Contains("EAX=") && Catch::Contains("EFL=") &&
                   Catch::Contains("FS=003B") && Catch::Contains("code at traps!page:") &&
                   Catch::Contains("stack:\n") && Catch::Contains("kernel32!"));
    CHECK(lines_of(finished.error) <= screen_lines);
    CHECK(longest_line(finished.error) <= screen_columns);
}

TEST_CASE("report: every exception of ring 3 is named with its place", "[nt][path][report]") {
    const std::vector<std::pair<std::string, std::string>> rows{
        {"divide", "STATUS_INTEGER_DIVIDE_BY_ZERO (0xC0000094) at traps!divide+0x2"},
        {"step", "STATUS_SINGLE_STEP (0x80000004) at traps!step+0x"},
        {"breakpoint", "STATUS_BREAKPOINT (0x80000003) at traps!breakpoint\n"},
        {"overflow", "STATUS_INTEGER_OVERFLOW (0xC0000095) at traps!overflow+0x4\n"},
        {"bound", "STATUS_ARRAY_BOUNDS_EXCEEDED (0xC000008C) at traps!bound+0x"},
        {"opcode", "STATUS_ILLEGAL_INSTRUCTION (0xC000001D) at traps!opcode\n"},
        {"float-divide", "STATUS_FLOAT_DIVIDE_BY_ZERO (0xC000008E) at traps!float_divide+0x"},
        {"privileged", "STATUS_PRIVILEGED_INSTRUCTION (0xC0000096) at traps!privileged\n"},
        {"stack-segment", "STATUS_ACCESS_VIOLATION (0xC0000005) at traps!stack_segment+0x5"},
        {"not-present", "STATUS_ACCESS_VIOLATION (0xC0000005) at traps!not_present+0x4"},
    };
    for (const auto& [crime, told] : rows) {
        const Finished finished = ringside({"run", programs + "/traps.exe", crime});
        CHECK(finished.status == 120);
        CHECK_THAT(finished.error, Catch::StartsWith("ringside: unhandled exception " + told));
    }
}

TEST_CASE("report: a bugcheck fills one screen", "[nt][path][report]") {
    const TemporaryFolder folder;
    const Finished finished = ringside(
        {"run", "--patch", folder.file("p", "nt!KiSystemServiceFrameBuilt A1 10 00 00 00\n"),
         examples + "/hello.exe"});
    INFO(finished.error);
    CHECK(finished.status == 120);
    CHECK_THAT(finished.error, Catch::StartsWith("ringside: bugcheck 0xA IRQL_NOT_LESS_OR_EQUAL: "
                                                 "trap 0E, error code 0, read of 00000010 at "
                                                 "nt!KiSystemServiceFrameBuilt\ntrap frame F800") &&
                                   Catch::Contains("EAX=") && Catch::Contains("CS=0008") &&
                                   Catch::Contains("stack:\n"));
    CHECK(lines_of(finished.error) <= screen_lines);
    CHECK(longest_line(finished.error) <= screen_columns);
}

TEST_CASE("report: a service without implementation is warned of once, by its caller",
          "[nt][path][report]") {
    const Finished own = ringside({"run", programs + "/hostile.exe", "missing-service"});
    CHECK(own.status == 0);
    CHECK_THAT(own.error,
               Catch::StartsWith(
                   "ringside: NtExtendSection (service 0x4A of the nt table, 8 argument bytes) is "
                   "not implemented; "
                   "called by hostile!missing_service+0x") &&
                   Catch::EndsWith("answered STATUS_NOT_IMPLEMENTED\n"));
    CHECK(lines_of(own.error) == 1);
    // Behind ntdll's stub, the caller is who called that; by either gate.
    for (const std::string entry : {"int2e", "sysenter"}) {
        const Finished stub = ringside(
            {"run", "--entry", entry, programs + "/hostile.exe", "missing-service-by-stub"});
        CHECK(stub.output == "not implemented\n");
        CHECK_THAT(stub.error, Catch::Contains("called by hostile!missing_service_by_stub+0x"));
    }
}

TEST_CASE("report: --on-missing stop ends the run in one line", "[nt][path][report]") {
    const Finished finished =
        ringside({"run", "--on-missing", "stop", programs + "/hostile.exe", "missing-service"});
    CHECK(finished.status == 125);
    CHECK_THAT(finished.error,
               Catch::StartsWith(
                   "ringside: NtExtendSection (service 0x4A of the nt table, 8 argument bytes) is "
                   "not implemented; "
                   "called by hostile!missing_service+0x") &&
                   Catch::EndsWith("; --on-missing stop\n"));
    CHECK(lines_of(finished.error) == 1);
}

TEST_CASE("report: a wait for nothing is a deadlock", "[nt][path][report]") {
    const Finished finished = ringside({"run", programs + "/hostile.exe", "wait-forever"});
    CHECK(finished.status == 123);
    CHECK_THAT(finished.error, Catch::StartsWith("ringside: deadlock: the only thread waits "));
    // And where: one line a thread.
    CHECK_THAT(finished.error, Catch::Contains("\n  thread 104 waits for "));
    CHECK(lines_of(finished.error) == 2);
}

TEST_CASE("report: missing libraries and imports are named in one line", "[nt][path][report]") {
    const Finished library = run_altered("kernel32.dll", "kernel33.dll");
    CHECK(library.status == 126);
    CHECK_THAT(library.error, Catch::StartsWith("ringside: hello.exe: ") &&
                                  Catch::Contains("ernel33.dll", Catch::CaseSensitive::No));
    CHECK(lines_of(library.error) == 1);
    const Finished import =
        run_altered(std::string("\0WriteFile", 10), std::string("\0WriteFilf", 10));
    CHECK(import.status == 126);
    CHECK_THAT(import.error,
               Catch::StartsWith("ringside: hello.exe: ") && Catch::Contains("WriteFilf"));
    CHECK(lines_of(import.error) == 1);
}

TEST_CASE("report: what cannot be run is said in one line", "[nt][path][report]") {
    const TemporaryFolder folder;
    const Finished nothing = ringside({"run", folder.path() + "/nothing.exe"});
    CHECK(nothing.status == 127);
    CHECK(lines_of(nothing.error) == 1);
    for (const std::string content : {"", "MZ", "#!/bin/sh\n"}) {
        const Finished broken = ringside({"run", folder.file("broken.exe", content)});
        INFO(broken.error);
        CHECK(broken.status == 126);
        CHECK_THAT(broken.error, Catch::StartsWith("ringside: broken.exe: "));
        CHECK(lines_of(broken.error) == 1);
    }
    const std::string cut = text_of_file(examples + "/hello.exe").substr(0, 0x300);
    const Finished truncated = ringside({"run", folder.file("cut.exe", cut)});
    CHECK(truncated.status == 126);
    CHECK(lines_of(truncated.error) == 1);
    CHECK(ringside({"run", folder.path()}).status == 126);
}

}  // namespace ringside::test
