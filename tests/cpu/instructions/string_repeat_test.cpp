// SPDX-License-Identifier: MIT
#include <catch2/catch.hpp>

#include <string>

#include "support/test_cpu.hpp"

using ringside::Cycles;
using ringside::page_size;
using ringside::cpu::Fault;
using ringside::cpu::Model;
using ringside::cpu::Vector;
using ringside::test::TestCpu;
namespace flag = ringside::cpu::flag;

namespace {

constexpr std::uint32_t from = TestCpu::data_address;
constexpr std::uint32_t to = TestCpu::data_address + 0x4000;
constexpr std::uint64_t hlt_clocks = 4;  // i486

/// REP MOVS on i486: 5 for none, 13 for one, else 12 + 3 n.
constexpr std::uint64_t move_clocks(std::uint64_t n) {
    return n == 0 ? 5 : n == 1 ? 13 : 12 + 3 * n;
}

std::string text_at(const TestCpu& cpu, std::uint32_t address, std::uint32_t length) {
    std::string text;
    for (std::uint32_t i = 0; i < length; ++i) {
        text += cpu.read<char>(address + i);
    }
    return text;
}

void put(TestCpu& cpu, std::uint32_t address, std::string_view text) {
    for (std::uint32_t i = 0; i < text.size(); ++i) {
        cpu.write(address + i, text[i]);
    }
}

}  // namespace

TEST_CASE("rep movsb: ECX bytes, for base + each", "[cpu][string]") {
    auto cpu = TestCpu::running(GENERATE("f3 a4", "f2 a4"));
    const std::uint32_t n = GENERATE(0U, 1U, 2U, 0x3001U);
    put(cpu, from, "the first bytes");
    cpu.write<std::uint8_t>(from + 0x3000, 0x99);
    cpu.esi() = from;
    cpu.edi() = to;
    cpu.ecx() = n;
    cpu.run();
    CHECK(cpu.ecx() == 0);
    CHECK(cpu.esi() == from + n);
    CHECK(cpu.edi() == to + n);
    CHECK(text_at(cpu, to, 2) ==
          std::string("th").substr(0, n) + std::string(n < 2 ? 2 - n : 0, '\0'));
    CHECK((cpu.read<std::uint8_t>(to + 0x3000) == 0x99) == (n == 0x3001));
    CHECK(cpu.clock() == Cycles{move_clocks(n) + hlt_clocks});
}

TEST_CASE("rep movsb onto its own source repeats what it wrote", "[cpu][string]") {
    auto cpu = TestCpu::running("f3 a4");
    put(cpu, from, "abc.........");
    cpu.esi() = from;
    cpu.edi() = from + 3;
    cpu.ecx() = 9;
    cpu.run();
    CHECK(text_at(cpu, from, 12) == "abcabcabcabc");
}

TEST_CASE("rep movsw onto its own source by an odd distance", "[cpu][string]") {
    auto cpu = TestCpu::running("66 f3 a5");
    put(cpu, from, "abcdefgh");
    cpu.esi() = from;
    cpu.edi() = from + 1;
    cpu.ecx() = 3;
    cpu.run();
    CHECK(text_at(cpu, from, 8) == "aabbddfh");
}

TEST_CASE("std; rep movsb moves an overlapping block up intact", "[cpu][string]") {
    auto cpu = TestCpu::running("fd f3 a4");
    put(cpu, from, "abcdef..");
    cpu.esi() = from + 5;
    cpu.edi() = from + 7;
    cpu.ecx() = 6;
    cpu.run();
    CHECK(text_at(cpu, from, 8) == "ababcdef");
    CHECK(cpu.esi() == from - 1);
    CHECK(cpu.edi() == from + 1);
}

TEST_CASE("rep stosd, unaligned and over a page border", "[cpu][string]") {
    auto cpu = TestCpu::running("f3 ab");
    constexpr std::uint32_t start = to + page_size - 7;
    cpu.eax() = 0x04030201;
    cpu.edi() = start;
    cpu.ecx() = 5;
    cpu.run();
    for (std::uint32_t i = 0; i < 5; ++i) {
        CHECK(cpu.read<std::uint32_t>(start + 4 * i) == 0x04030201);
    }
    CHECK(cpu.read<std::uint8_t>(start - 1) == 0);
    CHECK(cpu.read<std::uint8_t>(start + 20) == 0);
}

TEST_CASE("a16 rep stosb: CX counts and DI wraps", "[cpu][string]") {
    auto cpu = TestCpu::running("67 f3 aa");
    cpu.eax() = 0xee;
    cpu.edi() = 0x0001fffe;
    cpu.ecx() = 0x00050004;
    const auto low = cpu.read<std::uint8_t>(2);
    cpu.run();
    CHECK(cpu.read<std::uint8_t>(0xfffe) == 0xee);
    CHECK(cpu.read<std::uint8_t>(1) == 0xee);
    CHECK(cpu.read<std::uint8_t>(2) == low);
    CHECK(cpu.edi() == 0x00010002);
    CHECK(cpu.ecx() == 0x00050000);
}

TEST_CASE("rep lodsw leaves the last word in AX", "[cpu][string]") {
    auto cpu = TestCpu::running("66 f3 ad");
    cpu.write<std::uint16_t>(from + 8, 0x1234);
    cpu.esi() = from;
    cpu.ecx() = 5;
    cpu.run();
    CHECK(cpu.ax() == 0x1234);
    CHECK(cpu.esi() == from + 10);
}

TEST_CASE("repne scasb finds a string's end", "[cpu][string]") {
    auto cpu = TestCpu::running("f2 ae");
    put(cpu, from, "twelve chars");
    cpu.edi() = from;
    cpu.ecx() = 0xffffffff;
    cpu.run();
    CHECK(~cpu.ecx() == 13);
    CHECK((cpu.flags() & flag::zf) != 0);
    CHECK(cpu.clock() == Cycles{7 + 5 * 13 + hlt_clocks});
}

TEST_CASE("repe cmpsb stops behind the first difference", "[cpu][string]") {
    auto cpu = TestCpu::running("f3 a6");
    put(cpu, from, "same, then x");
    put(cpu, to, "same, then y");
    cpu.esi() = from;
    cpu.edi() = to;
    cpu.ecx() = 100;
    cpu.run();
    CHECK(cpu.ecx() == 88);
    CHECK((cpu.flags() & (flag::zf | flag::cf)) == flag::cf);
}

TEST_CASE("repe cmpsb with ECX zero compares nothing and keeps the flags", "[cpu][string]") {
    auto cpu = TestCpu::running("f3 a6");
    cpu.set_flags(flag::zf | flag::of);
    cpu.run();
    CHECK(cpu.flags() == (flag::zf | flag::of));
    CHECK(cpu.clock() == Cycles{5 + hlt_clocks});
}

TEST_CASE("rep movsb into an absent page: what was moved is committed", "[cpu][string]") {
    auto cpu = TestCpu::in_ring_3("90 f3 a4");
    cpu.esi() = from;
    cpu.edi() = to + page_size - 3;
    cpu.ecx() = 10;
    put(cpu, from, "abcdefghij");
    cpu.set_page(to + page_size, TestCpu::Page::absent);
    constexpr std::uint32_t write_by_user = 6;
    cpu.expect(Fault::pf({{to + page_size}, write_by_user}));
    cpu.run();
    CHECK(cpu.offset() == 1);
    CHECK(cpu.ecx() == 7);
    CHECK(cpu.esi() == from + 3);
    CHECK(cpu.edi() == to + page_size);
    CHECK(text_at(cpu, to + page_size - 3, 3) == "abc");
    CHECK((cpu.delivered()->before.eflags & flag::rf) == 0);
    // The NOP and three elements; the fault's own clocks come after.
    CHECK(cpu.delivered()->clock_before == Cycles{1 + move_clocks(3)});
}

TEST_CASE("rep movsb that faults at once costs nothing itself", "[cpu][string]") {
    auto cpu = TestCpu::in_ring_3("f3 a4");
    cpu.esi() = from;
    cpu.edi() = to;
    cpu.ecx() = 10;
    cpu.set_page(from, TestCpu::Page::absent);
    constexpr std::uint32_t read_by_user = 4;
    cpu.expect(Fault::pf({{from}, read_by_user}));
    cpu.run();
    CHECK(cpu.delivered()->clock_before == Cycles{0});
}

TEST_CASE("repe scasb that page-faults shows the flags from before it", "[cpu][string]") {
    auto cpu = TestCpu::in_ring_3("f3 ae");
    cpu.edi() = to + page_size - 3;
    cpu.ecx() = 10;
    cpu.set_flags(flag::cf);
    cpu.set_page(to + page_size, TestCpu::Page::absent);
    constexpr std::uint32_t read_by_user = 4;
    cpu.expect(Fault::pf({{to + page_size}, read_by_user}));
    cpu.run();
    CHECK(cpu.ecx() == 7);
    CHECK((cpu.delivered()->before.eflags & flag::arithmetic) == flag::cf);
}

TEST_CASE("rep stosb: a pause of the host costs the guest nothing", "[cpu][string]") {
    // Stopped and restarted, the instruction would pay its start twice.
    for (const std::uint64_t pause : {1U, 10U, 50U, 1'000'000U}) {
        CAPTURE(pause);
        auto cpu = TestCpu::running("90 f3 aa");
        cpu.edi() = to;
        cpu.ecx() = 100;
        while (cpu.core().run(UINT64_MAX, cpu.core().clock + pause).kind !=
               ringside::cpu::ExitKind::halted) {
        }
        CHECK(cpu.clock() == Cycles{1 + 7 + 4 * 100 + hlt_clocks});
    }
}

TEST_CASE("rep stosb stops at the deadline and goes on from there", "[cpu][string]") {
    auto cpu = TestCpu::running("f3 aa");
    cpu.edi() = to;
    cpu.ecx() = 100;
    cpu.run(7 + 4 * 10);  // the deadline is met when ten elements are done
    CHECK(cpu.ecx() == 90);
    CHECK(cpu.offset() == 0);
    CHECK(cpu.clock() == Cycles{7 + 4 * 10});
    cpu.run();
    CHECK(cpu.ecx() == 0);
    CHECK(cpu.clock() == Cycles{7 + 4 * 10 + 7 + 4 * 90 + hlt_clocks});
}

TEST_CASE("rep stosb: an interrupt comes in between and the rest follows", "[cpu][string]") {
    auto cpu = TestCpu::running("f3 aa");
    cpu.edi() = to;
    cpu.ecx() = 100;
    cpu.set_flags(flag::intf);
    cpu.run(50);
    cpu.core().pending_interrupt = Vector{0x30};
    cpu.expect(Vector{0x30});
    cpu.step();
    CHECK(cpu.offset() == 0);
    CHECK(cpu.ecx() == 100 - 11);
}

TEST_CASE("rep movsb under TF: a trap after every byte, at REP but for the last", "[cpu][string]") {
    auto cpu = TestCpu::running("f3 a4 90");
    cpu.esi() = from;
    cpu.edi() = to;
    cpu.ecx() = 2;
    cpu.set_flags(flag::tf);
    cpu.expect(Vector::debug);
    cpu.step();
    CHECK(cpu.ecx() == 1);
    CHECK(cpu.offset() == 0);

    auto last = TestCpu::running("f3 a4 90");
    last.esi() = from;
    last.edi() = to;
    last.ecx() = 1;
    last.set_flags(flag::tf);
    last.expect(Vector::debug);
    last.step();
    CHECK(last.offset() == 2);
}

TEST_CASE("rep stosb over the code that follows: the new code runs", "[cpu][string]") {
    // rep stosb ; inc ebx ; inc ebx: the INCs become NOPs before they run
    auto cpu = TestCpu::running("f3 aa 43 43");
    cpu.eax() = 0x90;
    cpu.edi() = TestCpu::code_address + 2;
    cpu.ecx() = 2;
    cpu.run();
    CHECK(cpu.ebx() == 0);
}

TEST_CASE("rep movsd beyond the RAM: reads ones, and the host is unharmed", "[cpu][string]") {
    auto cpu = TestCpu::running("f3 a5", Model::p6);
    cpu.core().cr0 &= ~ringside::cpu::cr0::pg;
    cpu.core().paging_changed();
    cpu.esi() = (2U << 20) - 8;
    cpu.edi() = to;
    cpu.ecx() = 4;
    cpu.write(cpu.esi(), 0U);
    cpu.run();
    CHECK(cpu.read<std::uint32_t>(to) == 0);
    CHECK(cpu.read<std::uint32_t>(to + 8) == 0xffffffff);
    CHECK(cpu.read<std::uint32_t>(to + 12) == 0xffffffff);
}
