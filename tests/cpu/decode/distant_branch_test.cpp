// SPDX-License-Identifier: MIT
// A direct branch to another page is no link between blocks: its target is found by EIP.
#include <catch2/catch.hpp>

#include "cpu/decode/block.hpp"
#include "support/test_cpu.hpp"

using ringside::cpu::Fault;
using ringside::test::TestCpu;

namespace {

constexpr std::uint32_t target = TestCpu::data_address;

/// mov ecx, 10; jmp target; dec ecx; jnz to the jmp
constexpr std::string_view ten_times = "b9 0a 00 00 00 e9 f6 ef 00 00 49 75 f8";
/// At the target: inc ebx; jmp to the dec
constexpr std::string_view there = "43 e9 04 10 ff ff";

}  // namespace

TEST_CASE("jmp to another page and back", "[cpu][block]") {
    const auto block_limit = GENERATE(1U, 2U, 64U);
    auto cpu = TestCpu::running(ten_times);
    cpu.write_bytes(target, there);
    cpu.core().blocks->set_block_limit(block_limit);
    cpu.run();
    CHECK(cpu.ebx() == 10);
    CHECK(cpu.ecx() == 0);
}

TEST_CASE("jmp to another page: code written there is what runs", "[cpu][block]") {
    auto cpu = TestCpu::running(ten_times);
    cpu.write_bytes(target, there);
    cpu.run();
    cpu.write<std::uint8_t>(target, 0x4B);  // dec ebx
    cpu.core().eip = TestCpu::code_address;
    cpu.run();
    CHECK(cpu.ebx() == 0);
}

TEST_CASE("jmp to another page that is gone: #PF, and it runs again when it is back",
          "[cpu][block]") {
    auto cpu = TestCpu::running(ten_times);
    cpu.write_bytes(target, there);
    cpu.run();
    cpu.set_page(target, TestCpu::Page::absent);
    cpu.core().eip = TestCpu::code_address;
    cpu.expect(Fault::pf({{target}, 0}));
    cpu.run();
    cpu.set_page(target, TestCpu::Page::writable);
    cpu.core().eip = TestCpu::code_address;
    cpu.run();
    CHECK(cpu.ebx() == 20);
}
