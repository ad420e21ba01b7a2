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
constexpr std::uint64_t old_bytes = 0xEEEEEEEEEEEEEEEE;
constexpr std::uint64_t new_bytes = 0x0807060504030201;

}  // namespace

TEST_CASE("maskmovq mm0, mm1: the sign of a byte lets one through", "[cpu][simd]") {
    VectorCpu v("0f f7 c1");
    v.cpu.edi() = data + 3;
    v.cpu.write(data + 3, old_bytes);
    v.set_mm(0, new_bytes);
    v.set_mm(1, 0x80007F00FF010080);
    v.cpu.step();
    CHECK(v.cpu.read<std::uint64_t>(data + 3) == 0x08EEEEEE04EEEE01);
}

TEST_CASE("maskmovdqu xmm0, xmm1 across a page's end", "[cpu][simd]") {
    VectorCpu v("66 0f f7 c1");
    v.cpu.edi() = next_page - 8;
    v.cpu.write(next_page - 8, old_bytes);
    v.cpu.write(next_page, old_bytes);
    v.xmm(0) = {{new_bytes, new_bytes}};
    v.xmm(1) = {{0x8000000000000000, 0x0000000000000080}};
    v.cpu.step();
    CHECK(v.cpu.read<std::uint64_t>(next_page - 8) == 0x08EEEEEEEEEEEEEE);
    CHECK(v.cpu.read<std::uint64_t>(next_page) == 0xEEEEEEEEEEEEEE01);
}

TEST_CASE("maskmovdqu: a second page that cannot be written leaves the first", "[cpu][simd]") {
    VectorCpu v("66 0f f7 c1");
    v.cpu.edi() = next_page - 8;
    v.cpu.write(next_page - 8, old_bytes);
    v.xmm(0) = {{new_bytes, new_bytes}};
    v.xmm(1) = {{UINT64_MAX, UINT64_MAX}};
    v.cpu.set_page(next_page, Page::absent);
    v.cpu.expect(Fault{Vector::page_fault, 2, LinearAddress{next_page}});
    v.cpu.step();
    CHECK(v.cpu.read<std::uint64_t>(next_page - 8) == old_bytes);
}

TEST_CASE("maskmovdqu asks for its quadwords one by one", "[cpu][simd]") {
    VectorCpu v("66 0f f7 c1", Model::p6, 3);
    v.cpu.core().set_eflags(flag::ac);
    v.xmm(1) = {{UINT64_MAX, UINT64_MAX}};
    SECTION("each on its boundary is aligned") {
        v.cpu.edi() = data + 8;
    }
    SECTION("alignment of the first before what is behind 4 GiB") {
        v.cpu.edi() = 0xFFFFFFF5;
        v.cpu.expect(Fault::ac());
    }
    SECTION("a page of the first before what is behind 4 GiB") {
        v.cpu.edi() = 0xFFFFFFF8;
        v.cpu.expect(Fault{Vector::page_fault, 6, LinearAddress{0xFFFFFFF8}});
    }
    v.cpu.step();
}

TEST_CASE("maskmovq that faults has entered MMX state all the same", "[cpu][simd]") {
    VectorCpu v("0f f7 c1");
    v.cpu.edi() = data;
    v.x87().set_top(3);
    v.cpu.set_page(data, Page::absent);
    v.cpu.expect(Fault{Vector::page_fault, 2, LinearAddress{data}});
    v.cpu.step();
    CHECK(v.x87().top() == 0);
    CHECK(v.x87().occupied == 0xFF);
}

TEST_CASE("67 maskmovq stores at DI, es: in ES", "[cpu][simd]") {
    VectorCpu v("67 26 0f f7 c1");
    ringside::test::move_segment(v.cpu.core().segment(SegmentRegister::es), data);
    v.cpu.core().context_changed();
    v.cpu.edi() = 0xABCD0010;
    v.set_mm(0, new_bytes);
    v.set_mm(1, UINT64_MAX);
    v.cpu.step();
    CHECK(v.cpu.read<std::uint64_t>(data + 0x10) == new_bytes);
}
