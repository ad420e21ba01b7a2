// SPDX-License-Identifier: MIT
#include <catch2/catch.hpp>

#include "support/test_cpu.hpp"

using ringside::page_size;
using ringside::cpu::Fault;
using ringside::test::TestCpu;

TEST_CASE("pop dword [esp+4]: the address is built with ESP already raised", "[cpu][stack]") {
    auto cpu = TestCpu::running("8f 44 24 04");
    cpu.esp() = TestCpu::data_address;
    cpu.write(TestCpu::data_address, 0x11223344U);
    cpu.step();
    CHECK(cpu.esp() == TestCpu::data_address + 4);
    CHECK(cpu.read<std::uint32_t>(TestCpu::data_address + 8) == 0x11223344);
}

TEST_CASE("pop dword [eax]: a fault leaves ESP where it was", "[cpu][stack]") {
    auto cpu = TestCpu::in_ring_3(GENERATE("8f 00", "65 8f 00"));
    const bool through_null_gs = cpu.read<std::uint8_t>(TestCpu::code_address) == 0x65;
    cpu.esp() = TestCpu::data_address;
    cpu.eax() = TestCpu::data_address + page_size;
    cpu.set_page(cpu.eax(), TestCpu::Page::absent);
    constexpr std::uint32_t write_by_user = 6;
    cpu.expect(through_null_gs ? Fault::gp(0) : Fault::pf({{cpu.eax()}, write_by_user}));
    cpu.step();
    CHECK(cpu.delivered()->before.esp == TestCpu::data_address);
}

TEST_CASE("push eax with ESP 2: beyond the segment's end is #SS(0)", "[cpu][stack]") {
    auto cpu = TestCpu::in_ring_3("50");
    cpu.esp() = 2;
    cpu.expect(Fault::ss(0));
    cpu.step();
}

TEST_CASE("mov eax, [ebx] at FFFFFFFE: beyond the segment's end is #GP(0)", "[cpu][stack]") {
    auto cpu = TestCpu::in_ring_3("8b 03");
    cpu.ebx() = 0xfffffffe;
    cpu.expect(Fault::gp(0));
    cpu.step();
}

TEST_CASE("enter 8, 1; leave", "[cpu][stack]") {
    auto cpu = TestCpu::running("c8 08 00 01 c9");
    cpu.ebp() = 0x12345678;
    cpu.step();
    CHECK(cpu.ebp() == TestCpu::stack_top - 4);
    CHECK(cpu.esp() == TestCpu::stack_top - 16);
    CHECK(cpu.read<std::uint32_t>(TestCpu::stack_top - 4) == 0x12345678);
    CHECK(cpu.read<std::uint32_t>(TestCpu::stack_top - 8) == TestCpu::stack_top - 4);
    cpu.step();
    CHECK(cpu.ebp() == 0x12345678);
    CHECK(cpu.esp() == TestCpu::stack_top);
}

TEST_CASE("enter: a frame that does not fit faults before EBP moves", "[cpu][stack]") {
    auto cpu = TestCpu::in_ring_3("c8 00 10 00");
    cpu.esp() = TestCpu::data_address + page_size;
    cpu.ebp() = 77;
    cpu.set_page(TestCpu::data_address - page_size, TestCpu::Page::absent);
    cpu.set_page(TestCpu::data_address - 4, TestCpu::Page::absent);
    constexpr std::uint32_t write_by_user = 6;
    cpu.expect(Fault::pf({{TestCpu::data_address - 4}, write_by_user}));
    cpu.step();
    CHECK(cpu.ebp() == 77);
    CHECK(cpu.delivered()->before.esp == TestCpu::data_address + page_size);
}

TEST_CASE("pushad; popad: ESP's image is skipped", "[cpu][stack]") {
    auto cpu = TestCpu::running("60 61");
    cpu.eax() = 1;
    cpu.edi() = 8;
    cpu.step();
    CHECK(cpu.read<std::uint32_t>(TestCpu::stack_top - 4) == 1);
    CHECK(cpu.read<std::uint32_t>(TestCpu::stack_top - 20) == TestCpu::stack_top);
    CHECK(cpu.read<std::uint32_t>(TestCpu::stack_top - 32) == 8);
    cpu.write(TestCpu::stack_top - 20, 0xffffffffU);
    cpu.eax() = 0;
    cpu.step();
    CHECK(cpu.eax() == 1);
    CHECK(cpu.esp() == TestCpu::stack_top);
}
