// SPDX-License-Identifier: MIT
#include <catch2/catch.hpp>

#include "support/test_cpu.hpp"

using ringside::Cycles;
using ringside::cpu::Fault;
using ringside::test::TestCpu;
namespace flag = ringside::cpu::flag;

TEST_CASE("aam: AL is split into quotient and remainder", "[cpu][bcd]") {
    auto cpu = TestCpu::running("d4 0a");  // aam
    cpu.eax() = 0x4f;
    cpu.step();
    CHECK(cpu.ax() == 0x0709);
    CHECK(cpu.clock() == Cycles{15});
}

TEST_CASE("aam 16: any base will do", "[cpu][bcd]") {
    auto cpu = TestCpu::running("d4 10");
    cpu.eax() = 0xff80;
    cpu.step();
    CHECK(cpu.ax() == 0x0800);
    CHECK(cpu.flags() == (flag::zf | flag::pf));
}

TEST_CASE("aam 0: divide error, AX as it was", "[cpu][bcd]") {
    auto cpu = TestCpu::running("d4 00");
    cpu.eax() = 0x1234;
    cpu.expect(Fault::de());
    cpu.step();
    CHECK(cpu.ax() == 0x1234);
    CHECK(cpu.offset() == 0);
}

TEST_CASE("aad: two digits become a number", "[cpu][bcd]") {
    auto cpu = TestCpu::running("d5 0a");
    cpu.eax() = 0x0709;
    cpu.step();
    CHECK(cpu.ax() == 0x4f);
    CHECK(cpu.clock() == Cycles{14});
}

TEST_CASE("aaa: a digit above nine carries into AH", "[cpu][bcd]") {
    auto cpu = TestCpu::running("37 37");
    cpu.eax() = 0x010d;
    cpu.step();
    CHECK(cpu.ax() == 0x0203);
    CHECK((cpu.flags() & (flag::cf | flag::af)) == (flag::cf | flag::af));
    cpu.set_flags(0);
    cpu.step();
    CHECK(cpu.ax() == 0x0203);
    CHECK((cpu.flags() & (flag::cf | flag::af)) == 0);
}

TEST_CASE("aas: a digit above nine borrows from AH", "[cpu][bcd]") {
    auto cpu = TestCpu::running("3f");
    cpu.eax() = 0x020e;
    cpu.step();
    CHECK(cpu.ax() == 0x0108);
    CHECK((cpu.flags() & (flag::cf | flag::af)) == (flag::cf | flag::af));
}

TEST_CASE("add al, bl; daa: 79 + 35 = 114", "[cpu][bcd]") {
    auto cpu = TestCpu::running("00 d8 27");
    cpu.eax() = 0x79;
    cpu.ebx() = 0x35;
    cpu.step(2);
    CHECK(cpu.al() == 0x14);
    CHECK((cpu.flags() & (flag::cf | flag::af)) == (flag::cf | flag::af));
    CHECK(cpu.clock() == Cycles{1 + 2});
}

TEST_CASE("sub al, bl; das: 35 - 47 = 88 and a borrow", "[cpu][bcd]") {
    auto cpu = TestCpu::running("28 d8 2f");
    cpu.eax() = 0x35;
    cpu.ebx() = 0x47;
    cpu.step(2);
    CHECK(cpu.al() == 0x88);
    CHECK((cpu.flags() & (flag::cf | flag::af)) == (flag::cf | flag::af));
}

TEST_CASE("das: a borrow for the low digit alone sets CF as well", "[cpu][bcd]") {
    auto cpu = TestCpu::running("2f");
    cpu.eax() = 0x05;
    cpu.set_flags(flag::af);
    cpu.step();
    CHECK(cpu.al() == 0xff);
    CHECK((cpu.flags() & flag::cf) != 0);
}
