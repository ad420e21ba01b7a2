// SPDX-License-Identifier: MIT
#include <catch2/catch.hpp>

#include "cpu/simd/vector_cpu.hpp"
#include "support/segments.hpp"

using namespace ringside::cpu;
using ringside::test::TestCpu;
using ringside::test::VectorCpu;
using simd::Xmm;

namespace {

constexpr std::uint32_t data = TestCpu::data_address;
constexpr auto fxsave = "0f ae 03";
constexpr auto fxrstor = "0f ae 0b";
constexpr auto ldmxcsr = "0f ae 13";
constexpr auto stmxcsr = "0f ae 1b";

Xmm numbered(unsigned i) {
    return {{std::uint64_t{0x1111111111111111} * i, std::uint64_t{0x0101010101010101} * i}};
}

void fill(VectorCpu& v, std::uint8_t byte) {
    for (std::uint32_t i = 0; i < 512; ++i) {
        v.cpu.write(data + i, byte);
    }
}

}  // namespace

TEST_CASE("fxsave [ebx]: MXCSR, its mask and XMM0 to XMM7", "[cpu][simd]") {
    VectorCpu v(fxsave);
    fill(v, 0xCC);
    v.cpu.core().simd.mxcsr = 0x9FC0;
    for (unsigned i = 0; i < 8; ++i) {
        v.xmm(i) = numbered(i + 1);
    }
    v.cpu.step();
    CHECK(v.cpu.read<std::uint32_t>(data + 24) == 0x9FC0);
    CHECK(v.cpu.read<std::uint32_t>(data + 28) == 0xFFFF);
    for (unsigned i = 0; i < 8; ++i) {
        CHECK(v.cpu.read<std::uint64_t>(data + 160 + 16 * i) == numbered(i + 1).quads[0]);
        CHECK(v.cpu.read<std::uint64_t>(data + 168 + 16 * i) == numbered(i + 1).quads[1]);
    }
    CHECK(v.cpu.read<std::uint64_t>(data + 288) == 0xCCCCCCCCCCCCCCCC);
    CHECK(v.cpu.read<std::uint64_t>(data + 504) == 0xCCCCCCCCCCCCCCCC);
}

TEST_CASE("fxrstor [ebx] loads what fxsave stored", "[cpu][simd]") {
    VectorCpu v("0f ae 03 0f ae 0b");
    v.cpu.core().simd.mxcsr = 0x3F80;
    v.xmm(7) = numbered(7);
    v.cpu.step();
    v.cpu.core().simd = {};
    v.cpu.step();
    CHECK(v.cpu.core().simd.mxcsr == 0x3F80);
    CHECK(v.xmm(7) == numbered(7));
}

TEST_CASE("fxrstor: a reserved bit of MXCSR is #GP(0) and loads nothing", "[cpu][simd]") {
    VectorCpu v(fxrstor);
    fill(v, 0);
    v.cpu.write(data + 24, 0x10000U);
    v.cpu.write(data + 160, 0x55U);
    v.cpu.expect(Fault::gp(0));
    v.cpu.step();
    CHECK(v.cpu.core().simd.mxcsr == simd::State::mxcsr_at_reset);
    CHECK(v.xmm(0) == Xmm{});
    CHECK(v.x87().control.value == fpu::Control::initial);
}

TEST_CASE("CR4.OSFXSR clear: fxsave and fxrstor keep to the x87", "[cpu][simd]") {
    VectorCpu v(GENERATE(as<const char*>{}, fxsave, fxrstor));
    fill(v, 0x55);
    v.cpu.core().cr4 &= ~cr4::osfxsr;
    v.cpu.step();
    CHECK(v.cpu.read<std::uint64_t>(data + 24) == 0x5555555555555555);
    CHECK(v.cpu.read<std::uint64_t>(data + 160) == 0x5555555555555555);
    CHECK(v.cpu.core().simd.mxcsr == simd::State::mxcsr_at_reset);
    CHECK(v.xmm(0) == Xmm{});
}

TEST_CASE("where alignment is checked, fxsave off a double word is #AC(0)", "[cpu][simd]") {
    VectorCpu v(fxsave, Model::p6, 3);
    v.cpu.core().set_eflags(flag::ac);
    SECTION("off a byte") {
        v.cpu.ebx() = data + 1;
        v.cpu.expect(Fault::ac());
    }
    SECTION("off a quadword") {
        v.cpu.ebx() = data + 8;
        v.cpu.expect(Fault::gp(0));
    }
    SECTION("beyond the limit") {
        ringside::test::limit_segment(v.cpu.core().segment(SegmentRegister::ds), data);
        v.cpu.core().context_changed();
        v.cpu.ebx() = data + 1;
        v.cpu.expect(Fault::gp(0));
    }
    v.cpu.step();
}

TEST_CASE("ldmxcsr [ebx] takes the sixteen bits there are, stmxcsr gives them", "[cpu][simd]") {
    VectorCpu v("0f ae 13 0f ae 5b 04");
    v.cpu.write(data, 0xFFFFU);
    v.cpu.step(2);
    CHECK(v.cpu.core().simd.mxcsr == 0xFFFF);
    CHECK(v.cpu.read<std::uint32_t>(data + 4) == 0xFFFF);
}

TEST_CASE("ldmxcsr: a reserved bit is #GP(0)", "[cpu][simd]") {
    VectorCpu v(ldmxcsr);
    v.cpu.write(data, GENERATE(0x10000U, 0x80000000U));
    v.cpu.expect(Fault::gp(0));
    v.cpu.step();
    CHECK(v.cpu.core().simd.mxcsr == simd::State::mxcsr_at_reset);
}

TEST_CASE("after reset MXCSR masks all and rounds to nearest", "[cpu][simd]") {
    VectorCpu v(stmxcsr);
    v.cpu.step();
    CHECK(v.cpu.read<std::uint32_t>(data) == 0x1F80);
}
