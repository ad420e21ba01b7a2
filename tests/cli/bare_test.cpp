// SPDX-License-Identifier: MIT
#include <catch2/catch.hpp>

#include "cli/cli.hpp"

using namespace ringside::test;
using namespace std::string_literals;

namespace {

Finished bare(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), {"run", "--os", "bare"});
    return ringside::test::ringside(std::move(arguments));
}

}  // namespace

TEST_CASE("bare: a program ends by its exit port or by HLT", "[cli]") {
    CHECK(bare({"--exit-port", "0xF4", rings()}).status == 85);
    CHECK(bare({"--exit-port", "0xF4", "--load", rings()}).status == 85);
    const TemporaryFolder folder;
    const std::string halt = folder.file("halt", "\xF4") + "@0x1000";
    CHECK(bare({halt}).status == 0);
    CHECK(bare({"--regs", halt}).error.find("EIP=00001001") != std::string::npos);
}

TEST_CASE("bare: --poke and --start change what runs", "[cli]") {
    const TemporaryFolder folder;
    const std::string halt = folder.file("code", "\xEB\xFE\xA1\x00\x20\x00\x00\xF4"s) + "@0x1000";
    const auto finished =
        bare({"--start", "0x1002", "--poke", "0x2000=0xCAFE", "--regs", "--timeout", "10", halt});
    CHECK(finished.status == 0);
    CHECK(contains(finished.error, "EAX=0000CAFE"));
}

TEST_CASE("bare: bad places and numbers are one line", "[cli]") {
    const TemporaryFolder folder;
    const std::string file = folder.file("code", "\xF4");
    for (const std::vector<std::string>& arguments :
         std::vector<std::vector<std::string>>{{},
                                               {file},
                                               {file + "@"},
                                               {file + "@zero"},
                                               {file + "@0x100000000"},
                                               {file + "@0x1000", "argument"},
                                               {"--poke", "0x1000", file + "@0"},
                                               {"--poke", "0x1000=x", file + "@0"},
                                               {"--start", "x", file + "@0"},
                                               {"--exit-port", "0x10000", file + "@0"},
                                               {"--entry", "int2e", file + "@0"},
                                               {"--mount", "C:\\x=/tmp", file + "@0"}}) {
        const auto finished = bare(arguments);
        INFO(finished.error);
        CHECK(finished.status == 2);
        CHECK(is_one_line(finished));
    }
    CHECK(bare({folder.path() + "/nothing@0"}).status == 127);
    CHECK(bare({"--ram", "1", file + "@0x100000"}).status == 126);
}

TEST_CASE("bare: a triple fault is 120, limits are 124, each with a report", "[cli]") {
    const TemporaryFolder folder;
    const auto fault = bare({folder.file("ud2", "\x0F\x0B") + "@0x1000"});
    CHECK(fault.status == 120);
    CHECK(contains(fault.error, "triple fault at ud2"));
    const std::string loop = folder.file("loop", "\xEB\xFE") + "@0x1000";
    const auto cycles = bare({"--max-cycles", "1000", loop});
    CHECK(cycles.status == 124);
    CHECK(contains(cycles.error, "raise --max-cycles"));
    CHECK(contains(cycles.error, "EIP=00001000"));
    const auto time = bare({"--timeout", "0.2", loop});
    CHECK(time.status == 124);
    CHECK(contains(time.error, "raise --timeout"));
}

TEST_CASE("bare: HLT with interrupts on and nobody to interrupt is a deadlock", "[cli]") {
    const TemporaryFolder folder;
    const auto finished = bare({folder.file("wait", "\xFB\xF4") + "@0x1000"});
    CHECK(finished.status == 123);
    CHECK(is_one_line(finished));
}

TEST_CASE("bare: Ctrl-C ends a run with its state and status 130", "[cli]") {
    const TemporaryFolder folder;
    Spawn spawn;
    spawn.arguments = {RINGSIDE_BINARY, "run", "--os", "bare",
                       folder.file("loop", "\xEB\xFE") + "@0x1000"};
    spawn.interrupt_after_ms = 500;
    const auto finished = run(spawn);
    CHECK(finished.status == 130);
    CHECK(contains(finished.error, "interrupted"));
    CHECK(contains(finished.error, "EIP=00001000"));
}

TEST_CASE("bare: block sizes change no clock", "[cli]") {
    const auto traced = [](const char* size) {
        const auto finished =
            ringside::test::ringside({"trace", "--os", "bare", "--exit-port", "0xF4", "--startup",
                                      "--format", "jsonl", "--block-size", size, rings()});
        CHECK(finished.status == 85);
        return finished.error;
    };
    const std::string whole = traced("64");
    CHECK(traced("1") == whole);
    CHECK(traced("2") == whole);
    CHECK(traced("8") == whole);
}
