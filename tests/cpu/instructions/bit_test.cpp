// SPDX-License-Identifier: MIT
#include <catch2/catch.hpp>

#include "support/test_cpu.hpp"

using ringside::Cycles;
using ringside::cpu::Model;
using ringside::test::TestCpu;
namespace flag = ringside::cpu::flag;

TEST_CASE("bt eax, ecx: the offset is taken modulo 32", "[cpu][bit]") {
    auto cpu = TestCpu::running("0f a3 c8");
    cpu.eax() = 2;
    cpu.ecx() = 33;
    cpu.set_flags(flag::zf | flag::sf | flag::of);
    cpu.step();
    CHECK(cpu.flags() == (flag::cf | flag::zf | flag::sf | flag::of));
    CHECK(cpu.eax() == 2);
    CHECK(cpu.clock() == Cycles{3});
}

TEST_CASE("bts [ebx], ecx: offset -1 is the top bit of the dword in front", "[cpu][bit]") {
    auto cpu = TestCpu::running("0f ab 0b");
    cpu.ebx() = TestCpu::data_address + 4;
    cpu.ecx() = 0xffffffff;
    cpu.step();
    CHECK(cpu.read<std::uint32_t>(TestCpu::data_address) == 0x80000000);
    CHECK(cpu.read<std::uint32_t>(TestCpu::data_address + 4) == 0);
    CHECK((cpu.flags() & flag::cf) == 0);
    CHECK(cpu.clock() == Cycles{13});
}

TEST_CASE("btr [ebx], ecx: a large offset reaches far behind the operand", "[cpu][bit]") {
    auto cpu = TestCpu::running("0f b3 0b");
    cpu.ebx() = TestCpu::data_address;
    cpu.ecx() = 1000;
    cpu.write(TestCpu::data_address + 124, std::uint32_t{0xffffffff});
    cpu.step();
    CHECK(cpu.read<std::uint32_t>(TestCpu::data_address + 124) == 0xfffffeff);
    CHECK((cpu.flags() & flag::cf) != 0);
}

TEST_CASE("bt word [ebx], cx: sixteen-bit strings move by words", "[cpu][bit]") {
    auto cpu = TestCpu::running("66 0f a3 0b");
    cpu.ebx() = TestCpu::data_address + 2;
    cpu.ecx() = 0xfff0;  // -16; the upper half of ECX does not count
    cpu.write(TestCpu::data_address, std::uint16_t{1});
    cpu.step();
    CHECK((cpu.flags() & flag::cf) != 0);
}

TEST_CASE("btc dword [ebx], 33: an immediate offset stays inside the operand", "[cpu][bit]") {
    auto cpu = TestCpu::running("0f ba 3b 21");
    cpu.ebx() = TestCpu::data_address;
    cpu.step();
    CHECK(cpu.read<std::uint32_t>(TestCpu::data_address) == 2);
    CHECK(cpu.clock() == Cycles{8});
}

TEST_CASE("bsf eax, ecx: finds the lowest one", "[cpu][bit]") {
    auto cpu = TestCpu::running("0f bc c1", Model::i386);
    cpu.ecx() = 0x00010100;
    cpu.step();
    CHECK(cpu.eax() == 8);
    CHECK((cpu.flags() & flag::zf) == 0);
    CHECK(cpu.clock() == Cycles{10 + 3 * 8});
}

TEST_CASE("bsr eax, ecx: a zero source sets ZF and leaves the destination", "[cpu][bit]") {
    auto cpu = TestCpu::running("0f bd c1");
    cpu.eax() = 77;
    cpu.step();
    CHECK(cpu.eax() == 77);
    CHECK((cpu.flags() & flag::zf) != 0);
}

TEST_CASE("tzcnt eax, ecx is bsf: the prefix means nothing yet", "[cpu][bit]") {
    auto cpu = TestCpu::running("f3 0f bc c1", Model::p6);
    cpu.eax() = 77;
    cpu.step();
    CHECK(cpu.eax() == 77);
}

TEST_CASE("lzcnt eax, ecx is bsr", "[cpu][bit]") {
    auto cpu = TestCpu::running("f3 0f bd c1", Model::p6);
    cpu.ecx() = 0x80;
    cpu.step();
    CHECK(cpu.eax() == 7);
}
