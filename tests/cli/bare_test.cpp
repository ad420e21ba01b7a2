// SPDX-License-Identifier: MIT
#include <cstdlib>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "base/text.hpp"
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
                                               {file + "@0", "--load", file + "@0"},
                                               {"--rom", file + "@0xF0000", file + "@0xF0FFF"},
                                               {"--rom", file},
                                               {"--rom", file + "@0x100000"},
                                               {"--post-port", "65536", file + "@0"},
                                               {"--post-port", "all", file + "@0"},
                                               {"--module", file, file + "@0"},
                                               {"--irq", "5", file + "@0"},
                                               {"--irq", "16@1", file + "@0"},
                                               {"--irq", "2@1", file + "@0"},
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
    const std::string large = folder.file("large", std::string(0x10001, '\xF4'));
    CHECK(bare({"--rom", large + "@0xFFFF0000"}).status == 126);
    CHECK(bare({"--rom", folder.file("empty", "") + "@0xF0000"}).status == 126);
    CHECK(bare({"--symbols", file, file + "@0"}).status == 126);
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

TEST_CASE("bare: the debug console is standard output, and answers E9h", "[cli]") {
    const TemporaryFolder folder;
    // in al,0E9h; out 0E9h,al; mov al,'!'; out 0E9h,al; in al,12h; out 0E9h,al; hlt
    const auto finished = bare(
        {folder.file("say", "\xE4\xE9\xE6\xE9\xB0!\xE6\xE9\xE4\x12\xE6\xE9\xF4"s) + "@0x1000"});
    CHECK(finished.status == 0);
    CHECK(finished.output == "\xE9!\xFF");
}

TEST_CASE("bare: POST codes are traced and the last one is reported", "[cli]") {
    const TemporaryFolder folder;
    // mov al,3Ch; out 80h,al; mov al,5Ah; out 84h,al; ud2
    const std::string file =
        folder.file("post", "\xB0\x3C\xE6\x80\xB0\x5A\xE6\x84\x0F\x0B"s) + "@0x1000";
    CHECK(contains(bare({file}).error, "last POST code 3C at port 80h\n"));
    CHECK(contains(bare({"--post-port", "0x84", file}).error, "last POST code 5A at port 84h\n"));
    CHECK_FALSE(contains(bare({"--post-port", "none", file}).error, "POST"));
    const auto traced = ringside::test::ringside({"trace", "--os", "bare", file});
    CHECK(contains(traced.error, "POST 3C at post+0x4\n"));
}

TEST_CASE("bare: \"Shutdown\" at port 8900h and the keyboard controller's reset end a run",
          "[cli]") {
    const TemporaryFolder folder;
    // mov dx,8900h; mov esi,1012h; mov ecx,8; rep outsb; jmp $
    const std::string word =
        "\x66\xBA\x00\x89\xBE\x12\x10\x00\x00\xB9\x08\x00\x00\x00\xF3\x6E\xEB\xFESShutdown"s;
    auto finished = bare({"--timeout", "10", folder.file("off", word) + "@0x1000"});
    CHECK(finished.status == 124);  // "SShutdow"
    finished = bare(
        {"--timeout", "10", "--poke", "0x100A=0x00000009", folder.file("off", word) + "@0x1000"});
    CHECK(finished.status == 0);
    // mov al,0FEh; out 64h,al; jmp $
    finished = bare({"--timeout", "10", folder.file("kbc", "\xB0\xFE\xE6\x64\xEB\xFE"s) + "@0"});
    CHECK(finished.status == 0);
    CHECK(contains(finished.error, "reset the processor by port 64h"));
}

TEST_CASE("bare: a Multiboot kernel gets command line, map and modules", "[cli]") {
    const auto timer = ringside::test::ringside(
        {"run", "--os", "bare", "--timeout", "60", example("bare_timer.elf"), "-q", "two words"});
    CHECK(timer.status == 0);
    CHECK(timer.output == "Started as: bare_timer.elf -q two words\n.....\nFive ticks.\n");
    const auto trace = ringside::test::ringside(
        {"trace", "--os", "bare", "--timeout", "60", "-v", "--frames", example("bare_timer.elf")});
    CHECK(contains(trace.error, "POST 10 at bare_timer!start"));
    CHECK(contains(trace.error, "console: Five ticks."));
    CHECK(contains(trace.error, "interrupt 20h at bare_timer!"));
    CHECK(contains(trace.error, "32-bit frame at "));
    CHECK(contains(trace.error, "+00 EIP 0010"));
    const auto lines = ringside::test::ringside(
        {"trace", "--os", "bare", "--format", "jsonl", example("bare_timer.elf")});
    CHECK(contains(lines.error, R"({"type":"post","clock":)"));
    CHECK(contains(lines.error, R"("port":233,)"));
    CHECK(contains(lines.error, R"("text":"Five ticks.")"));
}

TEST_CASE("bare: the timer interrupts at its tick, to the clock, with every block size", "[cli]") {
    const auto traced = [](const char* size) {
        return ringside::test::ringside({"trace", "--os", "bare", "--format", "jsonl",
                                         "--block-size", size, example("bare_timer.elf")})
            .error;
    };
    const std::string whole = traced("64");
    std::vector<std::int64_t> clocks;
    for (const std::string_view line : ringside::lines_of(whole)) {
        const auto record = nlohmann::json::parse(line);
        if (record["type"] == "interrupt") {
            clocks.push_back(record["clock"]);
        }
    }
    REQUIRE(clocks.size() == 5);
    for (std::size_t i = 1; i < clocks.size(); ++i) {
        // 1193 periods of 1.193182 MHz at 1000 MHz are 999847.4 clocks.
        CHECK(std::abs(clocks[i] - clocks[i - 1] - 999'847) <= 1);
    }
    CHECK(traced("1") == whole);
    CHECK(traced("3") == whole);
}

TEST_CASE("bare: inspect shows tables at the end or at a place", "[cli]") {
    const auto inspected = [](std::vector<std::string> arguments) {
        arguments.insert(arguments.begin(), {"inspect", "--os", "bare"});
        arguments.push_back(example("bare_timer.elf"));
        return ringside::test::ringside(std::move(arguments));
    };
    CHECK(contains(inspected({"idt", "20"}).output, "bare_timer!timer"));
    CHECK(inspected({"idt", "20"}).error.empty());
    CHECK(contains(inspected({"gdt", "--until", "timer"}).output, "code32"));
    CHECK(contains(inspected({"idt", "--until", "bare_timer!start"}).output, "limit 0000"));
    CHECK(contains(inspected({"mappings"}).output, "paging is off"));
    CHECK(contains(inspected({"tss"}).output, "TR holds no"));
    CHECK(inspected({"msr"}).status == 0);
    CHECK(inspected({"idt", "--until", "nowhere"}).status == 2);
    CHECK(inspected({"pcr"}).status == 2);
}

TEST_CASE("bare: a ROM alone starts at the reset vector in real mode", "[cli]") {
    const auto traced = ringside::test::ringside({"trace", "--os", "bare", "--timeout", "60",
                                                  "--rom", example("bare_rom.rom") + "@0xF0000",
                                                  "--symbols", example("bare_rom.elf")});
    CHECK(traced.status == 0);
    CHECK(traced.output ==
          "Real mode, from the reset vector.\nProtected mode, and the ROM is as it was.\n");
    CHECK(contains(traced.error, "POST 01 at bare_rom!"));
    CHECK(contains(traced.error, "POST 02 at bare_rom!protected_mode"));
}

TEST_CASE("bare: --irq raises a line of the controllers", "[cli]") {
    const TemporaryFolder folder;
    // Firmware's state has every line masked, so nothing can come of it.
    const auto finished = bare({"--irq", "5@1000", folder.file("wait", "\xFB\xF4") + "@0x1000"});
    CHECK(finished.status == 123);
}

TEST_CASE("bare: wild port accesses of every width end nothing", "[cli][hostile]") {
    const TemporaryFolder folder;
    // mov ecx,0FFFFh; l: mov edx,ecx; xor eax,eax; out dx,al; in al,dx; the same with ax and eax;
    // loop l; hlt
    const std::string sweep =
        "\xB9\xFF\xFF\x00\x00\x89\xCA\x31\xC0\xEE\xEC\x66\xEF\x66\xED\xEF\xED\xE2\xF2\xF4"s;
    const auto finished = bare({"--timeout", "20", folder.file("sweep", sweep) + "@0x1000"});
    INFO(finished.error);
    CHECK(finished.status == 0);
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
