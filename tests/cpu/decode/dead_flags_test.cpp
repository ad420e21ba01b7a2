// SPDX-License-Identifier: MIT
#include <string_view>

#include <catch2/catch.hpp>

#include "cpu/decode/block.hpp"
#include "support/test_cpu.hpp"

namespace ringside::test {
namespace {

using namespace cpu;

// Flags that a later instruction of the block replaces are not computed; whoever looks before that
// must find them all the same. What whole blocks do is compared with one instruction at a time.

struct End {
    std::uint32_t flags;
    std::uint32_t eax;

    friend bool operator==(const End&, const End&) = default;
};

End end_of(std::string_view code, std::uint32_t block_limit) {
    TestCpu cpu = TestCpu::running(code);
    cpu.core().blocks->set_block_limit(block_limit);
    cpu.eax() = 0xFFFFFFF0;
    cpu.ebx() = 0x80000010;
    cpu.ecx() = 0x1F;
    cpu.run();
    return {cpu.flags(), cpu.eax()};
}

}  // namespace

TEST_CASE("given flags that are replaced in the block, when it ends, then the last ones stand") {
    const std::string_view code = GENERATE(as<std::string_view>{},
                                           "01 d8 29 d8",        // add; sub
                                           "01 d8 40 c1 c0 05",  // add; inc; rol
                                           "29 d8 d1 e0 48 f7 d8",
                                           "39 d8 85 c0 31 c0",     // cmp; test; xor
                                           "01 d8 11 d8 21 d8",     // add; adc reads CF; and
                                           "29 d8 d3 e0 09 c0",     // a shift by CL; or
                                           "01 d8 0f 92 c0 31 db",  // setb
                                           "01 d8 d1 d0 39 d8",     // rcl reads CF
                                           "01 d8 9c 58 31 c0");    // pushfd; pop eax
    CHECK(end_of(code, 64) == end_of(code, 1));
}

TEST_CASE("given flags that are replaced only behind a fault, when it comes, then they are right") {
    // add eax,ebx; mov [0],eax, which faults; xor eax,eax
    TestCpu cpu = TestCpu::running("01 d8 a3 00 00 01 00 31 c0");
    cpu.set_page(TestCpu::data_address, TestCpu::Page::absent);
    cpu.eax() = 0xFFFFFFF0;
    cpu.ebx() = 0x20;
    cpu.expect(Fault::pf({LinearAddress{TestCpu::data_address}, 2}));
    cpu.run();
    REQUIRE(cpu.delivered());
    CHECK((cpu.delivered()->before.eflags & flag::arithmetic) == flag::cf);
}

TEST_CASE(
    "given a shift by zero between, when flags are read behind it, then they are the first's") {
    // add eax,ebx; shl eax,cl with CL = 0; pushfd; pop eax
    TestCpu cpu = TestCpu::running("01 d8 d3 e0 9c 58");
    cpu.eax() = 0xFFFFFFF0;
    cpu.ebx() = 0x10;
    cpu.ecx() = 0x20;
    cpu.run();
    CHECK((cpu.eax() & flag::arithmetic) == (flag::cf | flag::zf | flag::pf));
}

}  // namespace ringside::test
