// SPDX-License-Identifier: MIT
#include <catch2/catch.hpp>

#include "support/test_cpu.hpp"

using ringside::Cycles;
using ringside::cpu::Fault;
using ringside::test::TestCpu;

TEST_CASE("div ecx: EDX:EAX by ECX", "[cpu][divide]") {
    auto cpu = TestCpu::running("f7 f1");
    cpu.edx() = 1;
    cpu.eax() = 5;
    cpu.ecx() = 16;
    cpu.step();
    CHECK(cpu.eax() == 0x10000000);
    CHECK(cpu.edx() == 5);
    CHECK(cpu.clock() == Cycles{40});
}

TEST_CASE("div cl: AX by CL into AL and AH", "[cpu][divide]") {
    auto cpu = TestCpu::running("f6 f1");
    cpu.eax() = 0xaaaa0203;
    cpu.ecx() = 0x10;
    cpu.step();
    CHECK(cpu.eax() == 0xaaaa0320);
    CHECK(cpu.clock() == Cycles{16});
}

TEST_CASE("div ecx: a zero divisor and a quotient too wide are divide errors", "[cpu][divide]") {
    auto cpu = TestCpu::running("f7 f1");
    cpu.edx() = 16;
    cpu.eax() = 5;
    cpu.ecx() = GENERATE(0U, 1U, 16U);
    cpu.expect(Fault::de());
    cpu.step();
    CHECK(cpu.edx() == 16);
    CHECK(cpu.eax() == 5);
}

TEST_CASE("idiv ecx: the quotient is cut towards zero", "[cpu][divide]") {
    auto cpu = TestCpu::running("f7 f9");
    cpu.edx() = 0xffffffff;
    cpu.eax() = 0xfffffff9;  // -7
    cpu.ecx() = 2;
    cpu.step();
    CHECK(cpu.eax() == 0xfffffffd);
    CHECK(cpu.edx() == 0xffffffff);
    CHECK(cpu.clock() == Cycles{43});
}

TEST_CASE("idiv ecx: the most negative dividend by -1 does not harm the host", "[cpu][divide]") {
    auto cpu = TestCpu::running("f7 f9");
    cpu.edx() = 0x80000000;
    cpu.ecx() = 0xffffffff;
    cpu.expect(Fault::de());
    cpu.step();
}

TEST_CASE("idiv cl: -128 is the last quotient that fits", "[cpu][divide]") {
    auto cpu = TestCpu::running("f6 f9 f6 f9");
    cpu.eax() = 0xff00;  // -256
    cpu.ecx() = 2;
    cpu.step();
    CHECK(cpu.ax() == 0x0080);
    cpu.ecx() = 0xff;  // 128 by -1 fits, 256 by -1 does not
    cpu.eax() = 0x0100;
    cpu.expect(Fault::de());
    cpu.step();
    CHECK(cpu.offset() == 2);
}
