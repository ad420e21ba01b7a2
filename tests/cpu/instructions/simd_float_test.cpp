// SPDX-License-Identifier: MIT
#include <catch2/catch.hpp>

#include "cpu/simd/lanes.hpp"
#include "support/test_cpu.hpp"

using namespace ringside::cpu;
using ringside::test::TestCpu;
using Page = TestCpu::Page;
using simd::Xmm;

namespace {

constexpr std::uint32_t data = TestCpu::data_address;
constexpr Fault simd_error{Vector::simd_error, 0, {}};
constexpr Xmm four_ones{{0x3F8000003F800000, 0x3F8000003F800000}};
constexpr std::uint64_t double_one = 0x3FF0000000000000;
constexpr std::uint64_t double_two = 0x4000000000000000;
constexpr std::uint32_t single_quiet_nan = 0x7FC00000;
constexpr std::uint32_t single_signalling_nan = 0x7F800001;
constexpr std::uint32_t zero_divide = 4;
constexpr std::uint32_t inexact = 0x20;
constexpr std::uint32_t all_masked = 0x1F80;

/// With SSE as an operating system turns it on, and EBX at the data.
struct Started {
    explicit Started(std::string_view code, Model model = Model::modern)
        : cpu(TestCpu::running(code, model)) {
        cpu.core().cr4 |= cr4::osfxsr | cr4::osxmmexcpt;
        cpu.core().fpu.state.initialize();
        cpu.ebx() = data;
    }
    simd::State& state() { return cpu.core().simd; }
    void write(std::uint32_t address, const Xmm& value) {
        cpu.write(address, value.quads[0]);
        cpu.write(address + 8, value.quads[1]);
    }

    TestCpu cpu;
};

}  // namespace

TEST_CASE("addsd xmm0, qword [ebx]: the upper half stays", "[cpu][simd]") {
    Started s("f2 0f 58 03");
    s.state().xmm[0] = {{double_one, 0x1234}};
    s.cpu.write(data, double_one);
    s.cpu.step();
    CHECK(s.state().xmm[0] == Xmm{{double_two, 0x1234}});
    CHECK(s.state().mxcsr == all_masked);
}

TEST_CASE("addps xmm0, [ebx]: 16 bytes at a boundary of 16, or #GP(0)", "[cpu][simd]") {
    Started s("0f 58 03 0f 58 43 04");
    s.state().xmm[0] = four_ones;
    s.write(data, four_ones);
    s.cpu.step();
    CHECK(s.state().xmm[0] == Xmm{{0x4000000040000000, 0x4000000040000000}});
    s.cpu.expect(Fault::gp(0));
    s.cpu.step();
    CHECK(s.state().xmm[0] == Xmm{{0x4000000040000000, 0x4000000040000000}});
}

TEST_CASE("divsd xmm0, [ebx]: a page fault comes before any flag", "[cpu][simd]") {
    Started s("f2 0f 5e 03");
    s.cpu.ebx() = data + 0xFFC;
    s.state().xmm[0] = {{double_one, 0}};
    s.cpu.set_page(data + 0x1000, Page::absent);
    s.cpu.expect(Fault{Vector::page_fault, 0, {data + 0x1000}});
    s.cpu.step();
    CHECK(s.state().xmm[0] == Xmm{{double_one, 0}});
    CHECK(s.state().mxcsr == all_masked);
}

TEST_CASE("divss by zero: #XM with ZE set and the register as it was", "[cpu][simd]") {
    Started s("f3 0f 5e c1");
    s.state().xmm[0] = four_ones;
    s.state().mxcsr = all_masked & ~(zero_divide << 7);
    s.cpu.expect(simd_error);
    s.cpu.step();
    CHECK(s.state().xmm[0] == four_ones);
    CHECK(s.state().mxcsr == ((all_masked & ~(zero_divide << 7)) | zero_divide));
    CHECK(s.cpu.offset() == 0);
}

TEST_CASE("an unmasked exception is #UD while CR4.OSXMMEXCPT is clear", "[cpu][simd]") {
    Started s("f3 0f 5e c1");
    s.cpu.core().cr4 &= ~cr4::osxmmexcpt;
    s.state().xmm[0] = four_ones;
    s.state().mxcsr = 0;
    s.cpu.expect(Fault::ud());
    s.cpu.step();
    CHECK(s.state().mxcsr == zero_divide);
}

TEST_CASE("flags that are set already raise nothing by themselves", "[cpu][simd]") {
    Started s("f3 0f 58 c1");
    s.state().xmm[0] = s.state().xmm[1] = four_ones;
    s.state().mxcsr = 0x3F;
    s.cpu.step();
    CHECK(s.state().xmm[0].quads[0] == 0x3F80000040000000);
}

TEST_CASE("divps: an unmasked exception of one lane hides the inexact result of another",
          "[cpu][simd]") {
    Started s("0f 5e c1");
    s.state().xmm[0] = four_ones;
    s.state().xmm[1] = {{0x4040000000000000, 0x4040000040400000}};  // 0, 3, 3, 3
    s.state().mxcsr = all_masked & ~(zero_divide << 7);
    s.cpu.expect(simd_error);
    s.cpu.step();
    CHECK((s.state().mxcsr & inexact) == 0);
    CHECK((s.state().mxcsr & zero_divide) != 0);
}

TEST_CASE("cmpsd is the string instruction or SSE2's, by its operands", "[cpu][simd]") {
    Started s("f2 0f c2 c1 01");  // cmpltsd xmm0, xmm1
    s.state().xmm[0] = {{double_one, 5}};
    s.state().xmm[1] = {{double_two, 6}};
    s.cpu.step();
    CHECK(s.state().xmm[0] == Xmm{{~std::uint64_t{0}, 5}});
    Started older("f2 0f c2 c1 01", Model::pentium);
    older.cpu.expect(Fault::ud());
    older.cpu.step();
}

TEST_CASE("ucomiss takes quiet NaNs in silence, comiss does not", "[cpu][simd]") {
    Started s("0f 2e c1 0f 2f c1");
    s.state().xmm[1] = {{single_quiet_nan, 0}};
    s.cpu.set_flags(flag::of | flag::sf | flag::af);
    s.cpu.step();
    CHECK(s.cpu.flags() == (flag::zf | flag::pf | flag::cf));
    CHECK(s.state().mxcsr == all_masked);
    s.cpu.step();
    CHECK(s.state().mxcsr == (all_masked | 1));
}

TEST_CASE("comiss: EFLAGS stay when the exception is not masked", "[cpu][simd]") {
    Started s("0f 2f c1");
    s.state().xmm[1] = {{single_signalling_nan, 0}};
    s.state().mxcsr = 0;
    s.cpu.set_flags(flag::of);
    s.cpu.expect(simd_error);
    s.cpu.step();
    CHECK((s.cpu.delivered()->before.eflags & flag::arithmetic) == flag::of);
}

TEST_CASE("cvttss2si eax, xmm1: beyond the range the integer indefinite", "[cpu][simd]") {
    Started s("f3 0f 2c c1");
    s.state().xmm[1] = {{0x4F000000, 0}};  // 2^31
    s.cpu.step();
    CHECK(s.cpu.eax() == 0x80000000);
    CHECK(s.state().mxcsr == (all_masked | 1));
}

TEST_CASE("cvtps2pi mm0, xmm1 takes the x87's registers", "[cpu][simd]") {
    Started s("0f 2d c1");
    s.cpu.core().fpu.state.set_top(3);
    s.state().xmm[1] = four_ones;
    s.cpu.step();
    CHECK(s.cpu.core().fpu.state.physical[0] == fpu::Float80{0x0000000100000001, 0xFFFF});
    CHECK(s.cpu.core().fpu.state.occupied == 0xFF);
    CHECK(s.cpu.core().fpu.state.top() == 0);
}

TEST_CASE("cvtps2pi that ends in #XM has taken them all the same", "[cpu][simd]") {
    Started s("0f 2d c1");
    s.cpu.core().fpu.state.set_top(3);
    s.state().mxcsr = 0;
    s.state().xmm[1] = {{single_quiet_nan, 0}};
    s.cpu.expect(simd_error);
    s.cpu.step();
    CHECK(s.cpu.core().fpu.state.physical[0].significand == 0);
    CHECK(s.cpu.core().fpu.state.occupied == 0xFF);
    CHECK(s.cpu.core().fpu.state.top() == 0);
}

TEST_CASE("cvtpi2pd and cvtpi2ps from memory leave the x87 alone", "[cpu][simd]") {
    Started s("66 0f 2a 03 0f 2a 0b");
    s.cpu.core().fpu.state.set_top(3);
    s.cpu.write<std::uint64_t>(data, 0x0000000200000001);
    s.cpu.step(2);
    CHECK(s.state().xmm[0] == Xmm{{double_one, double_two}});
    CHECK(s.state().xmm[1] == Xmm{{0x400000003F800000, 0}});
    CHECK(s.cpu.core().fpu.state.occupied == 0);
    CHECK(s.cpu.core().fpu.state.top() == 3);
}

TEST_CASE("haddps came after the p6", "[cpu][simd]") {
    Started s("f2 0f 7c c1", Model::p6);
    s.cpu.expect(Fault::ud());
    s.cpu.step();
}

TEST_CASE("rcpps raises nothing, whatever MXCSR says", "[cpu][simd]") {
    Started s("0f 53 c1");
    s.state().xmm[1] = {{single_signalling_nan, 0}};
    s.state().mxcsr = 0;
    s.cpu.step();
    CHECK(s.state().mxcsr == 0);
    CHECK(s.state().xmm[0].quads[0] == 0x7F8000007FC00001);
}
