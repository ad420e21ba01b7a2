// SPDX-License-Identifier: MIT
#include <catch2/catch.hpp>

#include "support/test_cpu.hpp"

using ringside::cpu::Fault;
using ringside::test::TestCpu;

// The fetch of a branch's target faulted, and the block of what ran next in the same page became
// the branch's target for good.
TEST_CASE("jmp to a missing page, whose target comes later", "[cpu][regression]") {
    constexpr std::uint32_t target = TestCpu::data_address;
    auto cpu = TestCpu::running("e9 fb ef 00 00 40");  // jmp target; inc eax
    cpu.set_page(target, TestCpu::Page::absent);
    cpu.expect(Fault::pf({{target}, 0}));
    cpu.run();
    cpu.core().eip = TestCpu::code_address + 5;
    cpu.run();
    CHECK(cpu.eax() == 1);

    cpu.set_page(target, TestCpu::Page::writable);
    cpu.write_bytes(target, "43 f4");  // inc ebx; hlt
    cpu.core().eip = TestCpu::code_address;
    cpu.run();
    CHECK(cpu.ebx() == 1);
    CHECK(cpu.eax() == 1);
}
