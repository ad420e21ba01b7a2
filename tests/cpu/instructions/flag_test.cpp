// SPDX-License-Identifier: MIT
#include <catch2/catch.hpp>

#include <algorithm>

#include "cpu/decode/block.hpp"
#include "support/test_cpu.hpp"

using ringside::Cycles;
using ringside::cpu::Fault;
using ringside::cpu::Model;
using ringside::cpu::Vector;
using ringside::test::TestCpu;
namespace flag = ringside::cpu::flag;

namespace {

constexpr std::uint32_t everything = 0xffffffff;

}  // namespace

TEST_CASE("stc; cmc; clc touch CF only", "[cpu][flag]") {
    auto cpu = TestCpu::running("f9 f5 f8");
    cpu.set_flags(flag::of | flag::sf);
    cpu.step();
    CHECK(cpu.flags() == (flag::cf | flag::of | flag::sf));
    cpu.step();
    CHECK(cpu.flags() == (flag::of | flag::sf));
    cpu.step();
    CHECK(cpu.flags() == (flag::of | flag::sf));
    CHECK(cpu.clock() == Cycles{6});
}

TEST_CASE("lahf: bit 1 reads as one", "[cpu][flag]") {
    auto cpu = TestCpu::running("9f");
    cpu.set_flags(flag::zf | flag::cf | flag::of);
    cpu.step();
    CHECK(cpu.ax() == 0x4300);
}

TEST_CASE("sahf: OF stays", "[cpu][flag]") {
    auto cpu = TestCpu::running("9e");
    cpu.set_flags(flag::of | flag::zf);
    cpu.eax() = 0x9500;
    cpu.step();
    CHECK(cpu.flags() == (flag::of | flag::sf | flag::af | flag::pf | flag::cf));
}

TEST_CASE("pushfd: RF is clear in the image", "[cpu][flag]") {
    auto cpu = TestCpu::running("9c");
    cpu.set_flags(flag::rf | flag::zf);
    cpu.step();
    CHECK(cpu.esp() == TestCpu::stack_top - 4);
    CHECK(cpu.read<std::uint32_t>(TestCpu::stack_top - 4) == (flag::fixed | flag::zf));
}

TEST_CASE("popfd in ring 0: a model has the bits it has", "[cpu][flag]") {
    const auto [model, expected] = GENERATE(table<Model, std::uint32_t>({
        {Model::i386, 0x00007ed7},
        {Model::i486, 0x00247ed7},
        {Model::p6, 0x00247ed7},
    }));
    auto cpu = TestCpu::running("9d", model);
    cpu.esp() = TestCpu::data_address;
    cpu.write(TestCpu::data_address, everything & ~flag::tf);
    cpu.step();
    CHECK(cpu.eflags() == expected);
}

TEST_CASE("popfd in ring 3: IF and IOPL stay without a fault", "[cpu][flag]") {
    auto cpu = TestCpu::in_ring_3("9d");
    cpu.esp() = TestCpu::data_address;
    cpu.write(TestCpu::data_address, everything & ~flag::tf);
    cpu.set_flags(flag::intf);
    cpu.step();
    CHECK(cpu.eflags() == ((0x00247ed7 | flag::intf) & ~flag::iopl));
}

TEST_CASE("popfd in ring 3 with IOPL 3: IF may change", "[cpu][flag]") {
    auto cpu = TestCpu::in_ring_3("9d");
    cpu.esp() = TestCpu::data_address;
    cpu.set_flags(flag::intf | flag::iopl);
    cpu.step();
    CHECK(cpu.eflags() == (flag::fixed | flag::iopl));
}

TEST_CASE("popf: sixteen bits leave the upper half alone", "[cpu][flag]") {
    auto cpu = TestCpu::running("66 9d");
    cpu.esp() = TestCpu::data_address;
    cpu.set_flags(flag::id | flag::cf);
    cpu.step();
    CHECK(cpu.eflags() == (flag::fixed | flag::id));
    CHECK(cpu.esp() == TestCpu::data_address + 2);
}

TEST_CASE("popfd; nop: TF traps after the instruction behind it", "[cpu][flag]") {
    auto cpu = TestCpu::running("9d 90 90");
    cpu.esp() = TestCpu::data_address;
    cpu.write(TestCpu::data_address, flag::tf);
    cpu.step();
    cpu.expect(Vector::debug);
    cpu.step();
    CHECK(cpu.offset() == 2);
}

TEST_CASE("cli, sti: CPL above IOPL is #GP(0)", "[cpu][flag]") {
    auto cpu = TestCpu::in_ring_3(GENERATE("fa", "fb"));
    cpu.expect(Fault::gp(0));
    cpu.step();
    CHECK(cpu.delivered()->before.cpl() == 3);
}

TEST_CASE("sti; nop; nop: an interrupt waits for one more instruction", "[cpu][flag]") {
    auto cpu = TestCpu::running("fb 90 90");
    cpu.core().pending_interrupt = Vector{0x30};
    cpu.step();
    CHECK(!cpu.delivered());
    cpu.expect(Vector{0x30});
    cpu.step();
    CHECK(cpu.offset() == 2);
}

TEST_CASE("sti: an interrupt that falls due there waits for one more instruction", "[cpu][flag]") {
    // nop; sti; nop; nop; nop, of 1, 5, 1, 1 and 1 clocks
    const auto block_limit = GENERATE(1U, 2U, 64U);
    for (std::uint64_t due = 0; due <= 8; ++due) {
        auto cpu = TestCpu::running("90 fb 90 90 90");
        cpu.core().blocks->set_block_limit(block_limit);
        if (due != 0) {
            cpu.run(due);
        }
        const std::uint32_t offset = cpu.core().eip - TestCpu::code_address;
        CAPTURE(block_limit, due, offset);
        cpu.core().pending_interrupt = Vector{0x30};
        cpu.expect(Vector{0x30});
        cpu.run();
        CHECK(cpu.offset() == std::max(offset, 3U));
    }
}

TEST_CASE("sti with IF set: an interrupt comes at once", "[cpu][flag]") {
    auto cpu = TestCpu::running("fb 90");
    cpu.set_flags(flag::intf);
    cpu.step();
    cpu.core().pending_interrupt = Vector{0x30};
    cpu.expect(Vector{0x30});
    cpu.step();
    CHECK(cpu.offset() == 1);
}

TEST_CASE("sti under TF: the single step traps behind it", "[cpu][flag]") {
    auto cpu = TestCpu::running("fb 90");
    cpu.set_flags(flag::tf);
    cpu.expect(Vector::debug);
    cpu.step();
    CHECK(cpu.offset() == 1);
}

TEST_CASE("cli: a pending interrupt stays pending", "[cpu][flag]") {
    auto cpu = TestCpu::running("fa 90");
    cpu.set_flags(flag::intf);
    cpu.step();
    cpu.core().pending_interrupt = Vector{0x30};
    cpu.step();
    CHECK(!cpu.delivered());
}

TEST_CASE("salc: AL is all ones with CF, else zero", "[cpu][flag]") {
    auto cpu = TestCpu::running("d6 f8 d6");
    cpu.set_flags(flag::cf);
    cpu.step();
    CHECK(cpu.al() == 0xff);
    cpu.step(2);
    CHECK(cpu.al() == 0);
}
