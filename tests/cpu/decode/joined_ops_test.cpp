// SPDX-License-Identifier: MIT
#include <string>
#include <string_view>

#include <fmt/format.h>
#include <catch2/catch.hpp>

#include "cpu/decode/block.hpp"
#include "support/test_cpu.hpp"

namespace ringside::test {
namespace {

using namespace cpu;

// A comparison right before a Jcc shares a handler with it, and so do two PUSHes or POPs in a row;
// run one instruction at a time they have one each. Nothing may tell.

struct End {
    std::uint32_t edx;
    std::uint32_t flags;
    std::uint64_t clocks;

    friend bool operator==(const End&, const End&) = default;
};

struct Operands {
    std::uint32_t eax;
    std::uint32_t ebx;
};

End end_of(std::string_view code, Operands operands, std::uint32_t block_limit) {
    TestCpu cpu = TestCpu::running(code);
    cpu.core().blocks->set_block_limit(block_limit);
    cpu.eax() = operands.eax;
    cpu.ebx() = operands.ebx;
    cpu.esi() = TestCpu::data_address;
    cpu.write<std::uint32_t>(TestCpu::data_address, operands.ebx);
    cpu.run();
    return {cpu.edx(), cpu.flags(), cpu.clock().value};
}

}  // namespace

TEST_CASE("given a comparison and a Jcc in a block, then both ways end as instructions by one do") {
    const std::string_view comparison =
        GENERATE(as<std::string_view>{}, "39 d8", "3c 10", "3d 00 00 00 80", "83 f8 ff", "38 d8",
                 "39 06", "80 3e 10", "83 3e ff", "3b 06", "81 7e 00 00 00 00 80",  // CMP
                 "85 d8", "84 d8", "a9 00 00 00 80", "f6 06 80", "85 06",           // TEST
                 "01 d8", "29 d8", "21 d8", "09 d8", "31 d8", "83 e8 01", "48", "40", "f7 d8");
    const Operands operands =
        GENERATE(Operands{0, 0}, Operands{0x10, 0x10}, Operands{1, 0x80000000},
                 Operands{0x7FFFFFFF, 0xFFFFFFFF}, Operands{0x80000000, 1}, Operands{5, 0x10});
    for (unsigned condition = 0; condition < 16; ++condition) {
        // comparison; jcc over inc edx; mov ecx,edx
        const std::string code = fmt::format("{} {:02x} 01 42 89 d1", comparison, 0x70 + condition);
        INFO(code << fmt::format(" with eax {:x}, ebx {:x}", operands.eax, operands.ebx));
        CHECK(end_of(code, operands, 64) == end_of(code, operands, 1));
    }
}

TEST_CASE(
    "given a comparison with a missing page before a Jcc, then the fault is the comparison's") {
    // cmp byte [10000h],1; je over
    TestCpu cpu = TestCpu::running("80 3d 00 00 01 00 01 74 01 42");
    cpu.set_page(TestCpu::data_address, TestCpu::Page::absent);
    cpu.expect(Fault::pf({LinearAddress{TestCpu::data_address}, 0}));
    cpu.run();
    CHECK(cpu.offset() == 0);
}

TEST_CASE(
    "given a comparison whose translation marks the page entry that is the Jcc behind it, then "
    "the marked bytes run") {
    // The page table is at 1FF000. mov eax,1FF839h; jmp eax, and there:
    // 1FF839 cmp byte [210000h],1
    // 1FF840 je +1, which also is the entry of 210000h: frame 18000h, not accessed yet. Marked it
    //        reads das; test [ecx],al; add al,al; hlt.
    // 1FF846 hlt
    TestCpu cpu = TestCpu::running("b8 39 f8 1f 00 ff e0");
    cpu.write_bytes(0x1FF839, "80 3d 00 00 21 00 01 0f 84 01 00 c0 f4 f4");
    cpu.ecx() = TestCpu::data_address;
    cpu.run();
    CHECK(cpu.read<std::uint8_t>(0x1FF840) == 0x2F);
    CHECK(cpu.offset() + TestCpu::code_address == 0x1FF846);
}

TEST_CASE("given runs of PUSH and POP, then they move what one by one they move") {
    const std::string_view code =
        GENERATE(as<std::string_view>{}, "50 53 5a", "50 53 50 5a 5a 5a", "50 54 53 5a 5c 58",
                 "50 53 50 53 5b 5b 58 5a", "66 50 66 53 5a");
    CHECK(end_of(code, {0x11111111, 0x22222222}, 64) == end_of(code, {0x11111111, 0x22222222}, 1));
}

TEST_CASE("given a run of PUSHes into a missing page, then those before the fault are done") {
    // mov esp,10004h; push eax; push ebx; push eax
    TestCpu cpu = TestCpu::in_ring_3("bc 04 00 01 00 50 53 50");
    cpu.set_page(TestCpu::data_address - 1, TestCpu::Page::absent);
    cpu.eax() = 0x1234;
    cpu.expect(Fault::pf({LinearAddress{TestCpu::data_address - 4}, 6}));
    cpu.run();
    CHECK(cpu.offset() == 6);
    REQUIRE(cpu.delivered());
    CHECK(cpu.delivered()->before.esp == TestCpu::data_address);
    CHECK(cpu.read<std::uint32_t>(TestCpu::data_address) == 0x1234);
}

TEST_CASE("given a PUSH that writes over the PUSH behind it, then what it wrote runs") {
    // mov esp,100Ah; push eax, which writes 1006h to 1009h; push ebx at 1006h
    TestCpu cpu = TestCpu::running("bc 0a 10 00 00 50 53 53 53 53");
    cpu.eax() = 0xF4424242;  // inc edx three times; hlt
    cpu.run();
    CHECK(cpu.edx() == 3);
    CHECK(cpu.esp() == 0x1006);
}

}  // namespace ringside::test
