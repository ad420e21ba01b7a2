// SPDX-License-Identifier: MIT
#include <catch2/catch.hpp>

#include "support/test_cpu.hpp"

using ringside::Cycles;
using ringside::cpu::Model;
using ringside::test::TestCpu;
namespace flag = ringside::cpu::flag;

TEST_CASE("mul ecx: the upper half goes to EDX and sets CF and OF", "[cpu][multiply]") {
    auto cpu = TestCpu::running("f7 e1");
    cpu.eax() = 0x80000001;
    cpu.ecx() = 4;
    cpu.step();
    CHECK(cpu.edx() == 2);
    CHECK(cpu.eax() == 4);
    CHECK((cpu.flags() & (flag::cf | flag::of)) == (flag::cf | flag::of));
}

TEST_CASE("mul cl: AH is the upper half", "[cpu][multiply]") {
    auto cpu = TestCpu::running("f6 e1");
    cpu.eax() = 0xbbbbbb0f;
    cpu.ecx() = 0x10;
    cpu.step();
    CHECK(cpu.eax() == 0xbbbb00f0);
    CHECK((cpu.flags() & (flag::cf | flag::of)) == 0);
}

TEST_CASE("imul ecx: a product that is its own sign extension clears CF", "[cpu][multiply]") {
    auto cpu = TestCpu::running("f7 e9");
    cpu.eax() = 0xfffffffe;
    cpu.ecx() = 3;
    cpu.step();
    CHECK(cpu.edx() == 0xffffffff);
    CHECK(cpu.eax() == 0xfffffffa);
    CHECK((cpu.flags() & (flag::cf | flag::of)) == 0);
}

TEST_CASE("imul eax, ecx: what does not fit is cut and told by OF", "[cpu][multiply]") {
    auto cpu = TestCpu::running("0f af c1");
    cpu.eax() = 0x10000;
    cpu.ecx() = 0x8001;
    cpu.step();
    CHECK(cpu.eax() == 0x80010000);
    CHECK((cpu.flags() & (flag::cf | flag::of)) == (flag::cf | flag::of));
}

TEST_CASE("imul ax, cx, -2", "[cpu][multiply]") {
    auto cpu = TestCpu::running("66 6b c1 fe");
    cpu.eax() = 0xcccccccc;
    cpu.ecx() = 5;
    cpu.step();
    CHECK(cpu.eax() == 0xccccfff6);
}

TEST_CASE("mul ecx: early-out clocks follow the multiplier's magnitude", "[cpu][multiply]") {
    auto cpu = TestCpu::running("f7 e1", GENERATE(Model::i386, Model::i486));
    const std::uint64_t base = cpu.core().model == Model::i386 ? 6 : 10;
    const auto [multiplier, bits] =
        GENERATE(table<std::uint32_t, std::uint64_t>({{1, 3}, {0x100, 8}, {0x101, 9}}));
    cpu.ecx() = multiplier;
    cpu.step();
    CHECK(cpu.clock() == Cycles{base + bits});
}

TEST_CASE("imul ecx: a negative multiplier counts by its magnitude", "[cpu][multiply]") {
    auto cpu = TestCpu::running("f7 e9");
    cpu.ecx() = 0xffffff00;  // -256
    cpu.step();
    CHECK(cpu.clock() == Cycles{10 + 8});
}
