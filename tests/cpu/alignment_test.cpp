// SPDX-License-Identifier: MIT
#include <catch2/catch.hpp>

#include "support/test_cpu.hpp"

using ringside::cpu::Fault;
using ringside::cpu::Model;
using ringside::test::TestCpu;
namespace cr0 = ringside::cpu::cr0;
namespace flag = ringside::cpu::flag;

namespace {

constexpr const char* load_eax = "8b 03";  // mov eax, [ebx]

}  // namespace

TEST_CASE("mov eax, [ebx] with AC and AM: a crooked address in ring 3 is #AC(0)", "[cpu]") {
    auto cpu = TestCpu::in_ring_3(load_eax);
    cpu.ebx() = TestCpu::data_address + 2;
    cpu.set_flags(flag::ac);
    cpu.expect(Fault::ac());
    cpu.step();
}

TEST_CASE("mov eax, [ebx]: a straight address is not checked further", "[cpu]") {
    auto cpu = TestCpu::in_ring_3(load_eax);
    cpu.ebx() = TestCpu::data_address + 4;
    cpu.set_flags(flag::ac);
    cpu.step();
}

TEST_CASE("mov eax, [ebx]: without AM, or in ring 0, any address will do", "[cpu]") {
    auto user = TestCpu::in_ring_3(load_eax);
    user.core().cr0 &= ~cr0::am;
    user.ebx() = TestCpu::data_address + 1;
    user.set_flags(flag::ac);
    user.step();

    auto kernel = TestCpu::running(load_eax);
    kernel.ebx() = TestCpu::data_address + 1;
    kernel.set_flags(flag::ac);
    kernel.step();
}

TEST_CASE("popfd; mov eax, [ebx]: POPFD turns the check on for the next instruction", "[cpu]") {
    auto cpu = TestCpu::in_ring_3("9d 8b 03");
    cpu.esp() = TestCpu::data_address;
    cpu.write(TestCpu::data_address, flag::ac);
    cpu.ebx() = TestCpu::data_address + 2;
    cpu.expect(Fault::ac());
    cpu.run();
    CHECK(cpu.offset() == 1);
}

TEST_CASE("rep movsd, crooked: the first element is checked", "[cpu]") {
    auto cpu = TestCpu::in_ring_3("f3 a5");
    cpu.esi() = TestCpu::data_address;
    cpu.edi() = TestCpu::data_address + 0x101;
    cpu.ecx() = 4;
    cpu.set_flags(flag::ac);
    cpu.expect(Fault::ac());
    cpu.run();
    CHECK(cpu.ecx() == 4);
}
