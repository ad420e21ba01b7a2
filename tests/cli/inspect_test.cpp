// SPDX-License-Identifier: MIT
#include <cstdlib>
#include <fstream>

#include <catch2/catch.hpp>

#include "cli/cli.hpp"

using namespace ringside::test;

namespace {

std::string inspected(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), "inspect");
    const auto finished = ringside::test::ringside(std::move(arguments));
    INFO(finished.error);
    CHECK(finished.status == 0);
    CHECK(finished.error.empty());
    return finished.output;
}

/// The golden of a table; RINGSIDE_BLESS=1 in the environment of the tests writes it anew.
void check_golden(const std::string& name, const std::string& text) {
    const std::string path = std::string(RINGSIDE_SOURCE) + "/tests/cli/golden/" + name + ".txt";
    if (std::getenv("RINGSIDE_BLESS") != nullptr && std::getenv("CI") == nullptr) {
        std::ofstream(path) << text;
    }
    CHECK(text == text_of_file(path));
}

}  // namespace

TEST_CASE("inspect: the processor's tables of xp are as they should be", "[cli]") {
    for (const char* what : {"idt", "gdt", "tss"}) {
        INFO(what);
        check_golden(what, inspected({what}));
    }
    // The time-stamp counter changes with every change of the start-up.
    std::string msr = inspected({"msr"});
    const auto counter = msr.find("0010    TSC");
    REQUIRE(counter != std::string::npos);
    msr.erase(counter, msr.find('\n', counter) + 1 - counter);
    check_golden("msr", msr);
}

TEST_CASE("inspect: the system's tables of xp are as they should be", "[cli]") {
    for (const char* what : {"pcr", "ssdt", "shared-data"}) {
        INFO(what);
        check_golden(what, inspected({what}));
    }
    check_golden("mappings", inspected({"mappings", example("hello.exe")}));
}

TEST_CASE("inspect: the first frame by either entry, all 0x23 dwords", "[cli]") {
    const std::string program = example("hello.exe");
    const auto int2e = inspected({"frame", "--entry", "int2e", program});
    const auto sysenter = inspected({"frame", "--entry", "sysenter", program});
    CHECK(count_lines(int2e) == 2 + 0x23);
    check_golden("frame-int2e", int2e);
    check_golden("frame-sysenter", sysenter);
}

TEST_CASE("inspect: one row by number or name", "[cli]") {
    CHECK(contains(inspected({"idt", "2E"}), "nt!KiSystemService"));
    CHECK(count_lines(inspected({"idt", "2E"})) == 3);
    CHECK(contains(inspected({"ssdt", "NtReadFile"}), "0B7"));
    CHECK(contains(inspected({"ssdt", "0xB7"}), "NtReadFile"));
    CHECK(contains(inspected({"frame", "SegCs", example("hello.exe")}), "0000001B"));
}

TEST_CASE("inspect: bare programs have the processor's tables", "[cli]") {
    const auto text = inspected({"gdt", "--os", "bare", rings()});
    CHECK(contains(text, "0028      TSS32 busy"));
}

TEST_CASE("inspect: the program's output stays out of the table", "[cli]") {
    CHECK_FALSE(contains(inspected({"frame", example("hello.exe")}), "Hello"));
}

TEST_CASE("inspect: what changes from one Windows to the next", "[cli]") {
    const auto diff = inspected({"ssdt", "--diff", "2000", "xp"});
    check_golden("ssdt-2000-xp", diff);
    CHECK(inspected({"ssdt", "--diff", "2000", "xp"}) == diff);
    CHECK(contains(inspected({"ssdt", "--diff", "nt4", "2000", "NtReadFile"}),
                   "086  36     0A1   36     NtReadFile  number\n"));
    CHECK(count_lines(inspected({"ssdt", "--diff", "xp", "xp"})) == 1);
}

TEST_CASE("inspect: service tables of every profile", "[cli]") {
    const std::vector<std::pair<const char*, const char*>> number_of_read{
        {"reactos-0.2", "098 "}, {"nt4", "086 "},  {"2000", "0A1 "},  {"xp-rtm", "0B7 "},
        {"xp", "0B7 "},          {"2003", "0BF "}, {"vista", "102 "}, {"7", "111 "}};
    for (const auto& [os, number] : number_of_read) {
        INFO(os);
        const auto text = inspected({"ssdt", "--os", os, "NtReadFile"});
        CHECK(count_lines(text) == 3);
        CHECK(contains(text, std::string("\n") + number));
        CHECK(contains(text, "NtReadFile  36 "));
    }
}

TEST_CASE("inspect: what is assumed of a profile, and why", "[cli]") {
    const auto text = inspected({"--assumptions", "--os", "reactos-0.2"});
    CHECK(text.starts_with("What is assumed of reactos-0.2\nwhat "));
    CHECK(contains(text, "\nstub "));
    CHECK(contains(text, "reactos-ebp"));
}

TEST_CASE("inspect: what an instruction costs, on all models or one", "[cli]") {
    const auto all = inspected({"clocks", "int"});
    CHECK(contains(all, "INT n  path inner     protected  99"));
    CHECK(contains(all, "~130"));
    CHECK(count_lines(all) == 2 + 6);
    const auto one = inspected({"clocks", "int", "--cpu", "i486"});
    CHECK(contains(one, "INT n  path inner     protected  71      lists differ"));
    CHECK(inspected({"clocks", "INT", "n"}) == all);
    CHECK(count_lines(inspected({"clocks"})) > 500);
}

TEST_CASE("inspect: clocks of nothing that is known", "[cli]") {
    const auto finished = ringside::test::ringside({"inspect", "clocks", "pusha", "--cpu", "i387"});
    CHECK(finished.status == 2);
    CHECK(contains(finished.error,
                   "--cpu: i387 not in {i386,i486,pentium,p6,modern}; did you mean i386"));
    const auto unknown = ringside::test::ringside({"inspect", "clocks", "pushaa"});
    CHECK(unknown.status == 2);
    CHECK(contains(unknown.error, "did you mean PUSHA"));
}
