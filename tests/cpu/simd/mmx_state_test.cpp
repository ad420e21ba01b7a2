// SPDX-License-Identifier: MIT
#include <catch2/catch.hpp>

#include "cpu/simd/vector_cpu.hpp"

using namespace ringside::cpu;
using ringside::LinearAddress;
using ringside::test::TestCpu;
using ringside::test::VectorCpu;
using Page = TestCpu::Page;

namespace {

constexpr std::uint32_t data = TestCpu::data_address;

/// TOP at 5, one register in use, MM1 with the value of an x87 number.
void make_x87(VectorCpu& v) {
    v.x87().set_top(5);
    v.x87().occupied = 0x20;
    v.x87().physical[1] = {0x8000000000000001, 0x3FFF};
}

}  // namespace

TEST_CASE("an MMX instruction sets TOP to 0 and fills all tags", "[cpu][simd]") {
    VectorCpu v(GENERATE("0f fc c1",     // paddb mm0, mm1
                         "0f 7e c8",     // movd eax, mm1
                         "0f 7f 0b",     // movq [ebx], mm1
                         "0f d7 c1",     // pmovmskb eax, mm1
                         "0f c5 c1 00",  // pextrw eax, mm1, 0
                         "f3 0f d6 c1",  // movq2dq xmm0, mm1
                         "f2 0f d6 c1",  // movdq2q mm0, xmm1
                         "0f e7 0b"));   // movntq [ebx], mm1
    make_x87(v);
    v.cpu.step();
    CHECK(v.x87().top() == 0);
    CHECK(v.x87().occupied == 0xFF);
    CHECK(v.x87().physical[1].sign_exponent == 0x3FFF);
}

TEST_CASE("writing an MMX register makes its exponent all ones", "[cpu][simd]") {
    VectorCpu v(GENERATE("0f ef c1",       // pxor mm0, mm1
                         "0f 6e c0",       // movd mm0, eax
                         "0f 6f 03",       // movq mm0, [ebx]
                         "0f c4 c0 01",    // pinsrw mm0, eax, 1
                         "0f 70 c1 e4",    // pshufw mm0, mm1, 0xe4
                         "0f 73 f0 01",    // psllq mm0, 1
                         "f2 0f d6 c1"));  // movdq2q mm0, xmm1
    make_x87(v);
    v.x87().physical[0] = {1, 0x4000};
    v.cpu.step();
    CHECK(v.x87().physical[0].sign_exponent == 0xFFFF);
    CHECK(v.x87().physical[1].sign_exponent == 0x3FFF);
}

TEST_CASE("emms empties all registers and sets TOP to 0", "[cpu][simd]") {
    VectorCpu v("0f 77");
    make_x87(v);
    v.cpu.step();
    CHECK(v.x87().top() == 0);
    CHECK(v.x87().occupied == 0);
    CHECK(v.mm(1) == 0x8000000000000001);
}

TEST_CASE("movq mm0, [ebx] that faults leaves the x87 alone", "[cpu][simd]") {
    VectorCpu v(GENERATE("0f 6f 03", "0f 7f 03", "0f fc 03"));
    make_x87(v);
    v.cpu.set_page(data, Page::absent);
    const bool writes = v.cpu.read<std::uint8_t>(TestCpu::code_address + 1) == 0x7F;
    v.cpu.expect(Fault{Vector::page_fault, writes ? 2U : 0U, LinearAddress{data}});
    v.cpu.step();
    CHECK(v.x87().top() == 5);
    CHECK(v.x87().occupied == 0x20);
}

TEST_CASE("movq xmm0, xmm1 and its like never touch the x87", "[cpu][simd]") {
    VectorCpu v(GENERATE("f3 0f 7e c1", "66 0f fc c1", "66 0f d7 c1", "66 0f c4 c0 01"));
    make_x87(v);
    v.cpu.step();
    CHECK(v.x87().top() == 5);
    CHECK(v.x87().occupied == 0x20);
}
