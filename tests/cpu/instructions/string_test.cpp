// SPDX-License-Identifier: MIT
#include <catch2/catch.hpp>

#include "support/test_cpu.hpp"

using ringside::Cycles;
using ringside::cpu::Fault;
using ringside::cpu::Segment;
using ringside::cpu::SegmentRegister;
using ringside::cpu::Vector;
using ringside::test::TestCpu;
namespace flag = ringside::cpu::flag;

namespace {

constexpr std::uint32_t from = TestCpu::data_address;
constexpr std::uint32_t to = TestCpu::data_address + 0x100;

}  // namespace

TEST_CASE("movsd: DS:ESI to ES:EDI, both indices move on", "[cpu][string]") {
    auto cpu = TestCpu::running("a5");
    cpu.esi() = from;
    cpu.edi() = to;
    cpu.write(from, 0xdeadbeefU);
    cpu.step();
    CHECK(cpu.read<std::uint32_t>(to) == 0xdeadbeef);
    CHECK(cpu.esi() == from + 4);
    CHECK(cpu.edi() == to + 4);
    CHECK(cpu.clock() == Cycles{7});
}

TEST_CASE("std; movsw: indices move back", "[cpu][string]") {
    auto cpu = TestCpu::running("fd 66 a5");
    cpu.esi() = from;
    cpu.edi() = to;
    cpu.step(2);
    CHECK(cpu.esi() == from - 2);
    CHECK(cpu.edi() == to - 2);
}

TEST_CASE("fs: lodsb: the source segment can be overridden", "[cpu][string]") {
    auto cpu = TestCpu::running("64 ac");
    Segment fs = cpu.core().segment(SegmentRegister::ds);
    fs.base = from;
    cpu.core().segment(SegmentRegister::fs) = fs;
    cpu.write<std::uint8_t>(from + 0x20, 0x5a);
    cpu.esi() = 0x20;
    cpu.step();
    CHECK(cpu.al() == 0x5a);
    CHECK(cpu.esi() == 0x21);
}

TEST_CASE("gs: movsb through a null selector: #GP(0), nothing moves", "[cpu][string]") {
    auto cpu = TestCpu::running("65 a4");
    cpu.esi() = from;
    cpu.edi() = to;
    cpu.expect(Fault::gp(0));
    cpu.step();
    CHECK(cpu.esi() == from);
    CHECK(cpu.edi() == to);
}

TEST_CASE("a16 stosb: DI wraps alone", "[cpu][string]") {
    auto cpu = TestCpu::running("67 aa");
    cpu.edi() = 0xabcdffff;
    cpu.eax() = 0x77;
    cpu.step();
    CHECK(cpu.read<std::uint8_t>(0xffff) == 0x77);
    CHECK(cpu.edi() == 0xabcd0000);
}

TEST_CASE("scasb: AL minus [EDI]", "[cpu][string]") {
    auto cpu = TestCpu::running("ae");
    cpu.eax() = 1;
    cpu.edi() = to;
    cpu.write<std::uint8_t>(to, 2);
    cpu.step();
    CHECK((cpu.flags() & (flag::cf | flag::zf)) == flag::cf);
    CHECK(cpu.edi() == to + 1);
    CHECK(cpu.clock() == Cycles{6});
}

TEST_CASE("cmpsb: [ESI] minus [EDI]", "[cpu][string]") {
    auto cpu = TestCpu::running("a6");
    cpu.esi() = from;
    cpu.edi() = to;
    cpu.write<std::uint8_t>(from, 1);
    cpu.write<std::uint8_t>(to, 2);
    cpu.step();
    CHECK((cpu.flags() & flag::cf) != 0);
    CHECK(cpu.clock() == Cycles{8});
}

TEST_CASE("cmpsb: of two operands that fault, ES:EDI is told", "[cpu][string]") {
    auto cpu = TestCpu::running("a6");
    cpu.esi() = from;
    cpu.edi() = from + 0x1000;
    cpu.set_page(from, TestCpu::Page::absent);
    cpu.set_page(from + 0x1000, TestCpu::Page::absent);
    cpu.expect(Vector::page_fault);
    cpu.run();
    CHECK(cpu.core().cr2 == from + 0x1000);
}
