// SPDX-License-Identifier: MIT
#include <catch2/catch.hpp>

#include "cpu/simd/vector_cpu.hpp"
#include "support/segments.hpp"

using namespace ringside::cpu;
using ringside::LinearAddress;
using ringside::test::TestCpu;
using ringside::test::VectorCpu;
using simd::Xmm;
using Page = TestCpu::Page;

namespace {

constexpr std::uint32_t data = TestCpu::data_address;
constexpr std::uint32_t next_page = data + 0x1000;
constexpr Xmm value{{0x0706050403020100, 0x0F0E0D0C0B0A0908}};

void write_value(VectorCpu& v, std::uint32_t address) {
    v.cpu.write(address, value.quads[0]);
    v.cpu.write(address + 8, value.quads[1]);
}

}  // namespace

TEST_CASE("16 bytes off their boundary are #GP(0)", "[cpu][simd]") {
    const char* const code = GENERATE("0f 28 03",        // movaps xmm0, [ebx]
                                      "0f 29 03",        // movaps [ebx], xmm0
                                      "66 0f 6f 03",     // movdqa xmm0, [ebx]
                                      "66 0f fc 03",     // paddb xmm0, [ebx]
                                      "66 0f 70 03 00",  // pshufd xmm0, [ebx], 0
                                      "0f 2b 03",        // movntps [ebx], xmm0
                                      "66 0f d1 03");    // psrlw xmm0, [ebx]
    CAPTURE(code);
    VectorCpu v(code);
    v.xmm(0) = value;
    v.cpu.ebx() = data + 8;
    v.cpu.expect(Fault::gp(0));
    v.cpu.step();
    CHECK(v.xmm(0) == value);
}

TEST_CASE("movups, movupd, movdqu and lddqu read anywhere", "[cpu][simd]") {
    const char* const code = GENERATE("0f 10 03", "66 0f 10 03", "f3 0f 6f 03", "f2 0f f0 03");
    VectorCpu v(code, Model::modern);
    const std::uint32_t at =
        GENERATE(as<std::uint32_t>{}, data, data + 1, data + 8, data + 0xFF1, data + 0xFFF);
    CAPTURE(code, at);
    write_value(v, at);
    v.cpu.ebx() = at;
    v.cpu.step();
    CHECK(v.xmm(0) == value);
}

TEST_CASE("movups [ebx], xmm0 writes both sides of a page's end", "[cpu][simd]") {
    VectorCpu v("0f 11 03");
    const std::uint32_t at = GENERATE(data + 0xFF1, data + 0xFF8, data + 0xFFF);
    v.xmm(0) = value;
    v.cpu.ebx() = at;
    v.cpu.step();
    CHECK(v.cpu.read<std::uint64_t>(at) == value.quads[0]);
    CHECK(v.cpu.read<std::uint64_t>(at + 8) == value.quads[1]);
    CHECK(v.cpu.read<std::uint8_t>(at - 1) == 0);
    CHECK(v.cpu.read<std::uint8_t>(at + 16) == 0);
}

TEST_CASE("movups xmm0, [ebx]: a second page that is absent leaves the register", "[cpu][simd]") {
    VectorCpu v("0f 10 03");
    v.xmm(0) = value;
    v.cpu.ebx() = next_page - 1;
    v.cpu.set_page(next_page, Page::absent);
    v.cpu.expect(Fault{Vector::page_fault, 0, LinearAddress{next_page}});
    v.cpu.step();
    CHECK(v.xmm(0) == value);
}

TEST_CASE("movups [ebx], xmm0: a second page that is read-only leaves the first", "[cpu][simd]") {
    VectorCpu v("0f 11 03");
    v.xmm(0) = value;
    v.cpu.ebx() = next_page - 15;
    v.cpu.set_page(next_page, Page::read_only);
    v.cpu.expect(Fault{Vector::page_fault, 3, LinearAddress{next_page}});
    v.cpu.step();
    CHECK(v.cpu.read<std::uint64_t>(next_page - 15) == 0);
    CHECK(v.cpu.read<std::uint64_t>(next_page - 8) == 0);
}

TEST_CASE("nothing wraps around 4 GiB", "[cpu][simd]") {
    VectorCpu v("0f 10 03");  // movups xmm0, [ebx]
    v.cpu.ebx() = 0xFFFFFFF8;
    v.cpu.expect(Fault::gp(0));
    v.cpu.step();
}

TEST_CASE("movaps xmm0, [bp]: misaligned comes before beyond the limit of SS", "[cpu][simd]") {
    VectorCpu v("67 0f 28 46 00", Model::p6, 3);
    ringside::test::limit_segment(v.cpu.core().segment(SegmentRegister::ss), 0xFFF);
    v.cpu.core().context_changed();
    v.cpu.ebp() = 0x1000;
    SECTION("aligned") {
        v.cpu.expect(Fault::ss(0));
    }
    SECTION("misaligned") {
        v.cpu.ebp() = 0x1001;
        v.cpu.expect(Fault::gp(0));
    }
    v.cpu.step();
}

TEST_CASE("where alignment is checked, movups off 16 bytes is #AC(0)", "[cpu][simd]") {
    VectorCpu v("0f 10 03", Model::p6, 3);
    v.cpu.core().set_eflags(flag::ac);
    v.cpu.ebx() = data + 8;
    v.cpu.expect(Fault::ac());
    v.cpu.step();
}

TEST_CASE("movaps keeps to #GP(0) there", "[cpu][simd]") {
    VectorCpu v("0f 28 03", Model::p6, 3);
    v.cpu.core().set_eflags(flag::ac);
    v.cpu.ebx() = data + 8;
    v.cpu.expect(Fault::gp(0));
    v.cpu.step();
}

TEST_CASE("movhps, movlps and movsd need no alignment", "[cpu][simd]") {
    const char* const code = GENERATE("0f 16 03", "0f 12 03", "f2 0f 10 03");
    VectorCpu v(code);
    v.cpu.ebx() = data + 0xFFD;
    v.cpu.write(data + 0xFFD, value.quads[0]);
    v.cpu.step();
    CHECK((v.xmm(0).quads[0] == value.quads[0]) != (v.xmm(0).quads[1] == value.quads[0]));
}

TEST_CASE("punpcklbw mm0, [ebx] reads four bytes, xmm0 sixteen", "[cpu][simd]") {
    VectorCpu v("0f 60 03");
    v.cpu.ebx() = next_page - 4;
    v.cpu.set_page(next_page, Page::absent);
    v.cpu.write(next_page - 4, 0x44332211U);
    v.cpu.step();
    CHECK(v.mm(0) == 0x4400330022001100);
}
