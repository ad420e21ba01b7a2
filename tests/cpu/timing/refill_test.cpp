// SPDX-License-Identifier: MIT
// The +m of the i386: a control transfer costs a clock for each component of the instruction it
// leads to.
#include <catch2/catch.hpp>

#include <string_view>

#include "cpu/decode/block.hpp"
#include "cpu/privilege/rings.hpp"
#include "support/test_cpu.hpp"

using ringside::cpu::Model;
using ringside::cpu::Vector;
using ringside::cpu::timing::Level;
using ringside::test::Rings;
using ringside::test::TestCpu;

namespace {

/// Clocks of a program without its HLT, which costs 5.
std::uint64_t clocks(std::string_view code, std::uint32_t flags = 0, std::uint32_t ecx = 2) {
    TestCpu cpu = TestCpu::running(code, Model::i386);
    cpu.set_flags(flags);
    cpu.ecx() = ecx;
    cpu.ebx() = TestCpu::data_address;
    cpu.run();
    return cpu.clock().value - 5;
}

constexpr std::uint32_t zero_flag = 0x40;

}  // namespace

TEST_CASE("+m counts the components of the target", "[timing]") {
    CHECK(clocks("eb 00") == 7 + 1);                           // hlt
    CHECK(clocks("eb 00 90") == 7 + 1 + 3);                    // nop
    CHECK(clocks("eb 00 89 e5") == 7 + 2 + 2);                 // mov ebp,esp
    CHECK(clocks("eb 00 8b 43 08") == 7 + 3 + 4);              // mov eax,[ebx+8]
    CHECK(clocks("eb 00 c7 43 fc 05 00 00 00") == 7 + 4 + 2);  // mov dword [ebx-4],5
    CHECK(clocks("eb 00 0f b6 c0") == 7 + 3 + 3);              // movzx eax,al
    CHECK(clocks("eb 00 66 67 8b 07", 0, 0) == 7 + 4 + 4);     // mov ax,[bx]
}

TEST_CASE("+m comes with every near transfer that is taken", "[timing]") {
    CHECK(clocks("75 00", zero_flag) == 3);                   // jnz, not taken
    CHECK(clocks("75 01 f4 89 e5") == 7 + 2 + 2);             // jnz over a HLT
    CHECK(clocks("75 00") == 7 + 1);                          // to the instruction behind it
    CHECK(clocks("e3 00", 0, 0) == 9 + 1);                    // jecxz, taken
    CHECK(clocks("e3 00") == 5);                              // not taken
    CHECK(clocks("e2 00") == 11 + 1);                         // loop, taken
    CHECK(clocks("e2 00", 0, 1) == 11);                       // not taken
    CHECK(clocks("e2 01 f4 90") == 11 + 1 + 3);               // to another place
    CHECK(clocks("e8 01 00 00 00 f4 c3") == 7 + 1 + 10 + 1);  // call; ret
    CHECK(clocks("68 0a 10 00 00 58 90 ff e0 f4 f4") ==       // push; pop eax; nop; jmp eax
          2 + 4 + 3 + 7 + 1);
}

TEST_CASE("the +m of a branch is there at the boundary behind it", "[timing]") {
    TestCpu cpu = TestCpu::running("75 01 f4 8b 43 08", Model::i386);
    cpu.ebx() = TestCpu::data_address;
    cpu.step();
    CHECK(cpu.clock().value == 7 + 3);
    cpu.step();
    CHECK(cpu.clock().value == 7 + 3 + 4);
}

TEST_CASE("no clock of the i386 depends on the size of blocks", "[timing]") {
    // mov ecx,9; again: call sub; dec ecx; jnz again; hlt; sub: jz +0; loop +0; inc ecx; ret
    constexpr std::string_view program =
        "b9 09 00 00 00 e8 04 00 00 00 49 75 f8 f4 74 00 e2 00 41 c3";
    const auto end = [&](std::uint32_t limit) {
        TestCpu cpu = TestCpu::running(program, Model::i386);
        cpu.core().blocks->set_block_limit(limit);
        cpu.run();
        return cpu.clock().value;
    };
    const auto stepped = [&] {
        TestCpu cpu = TestCpu::running(program, Model::i386);
        while (cpu.core().run(cpu.core().clock + 1).kind != ringside::cpu::ExitKind::halted) {
        }
        return cpu.clock().value;
    };
    const std::uint64_t whole = end(64);
    CHECK(end(1) == whole);
    CHECK(end(2) == whole);
    CHECK(end(8) == whole);
    CHECK(stepped() == whole);
}

TEST_CASE("an event between a branch and its target is due at the same clock", "[timing]") {
    for (std::uint64_t tick = 1; tick < 40; ++tick) {
        const auto stop = [tick](std::uint32_t limit) {
            TestCpu cpu = TestCpu::running("eb 00 8b 43 08 eb 00 8b 43 08", Model::i386);
            cpu.core().blocks->set_block_limit(limit);
            cpu.ebx() = TestCpu::data_address;
            static_cast<void>(cpu.core().run(tick));
            return std::pair{cpu.clock().value, cpu.core().eip};
        };
        CHECK(stop(1) == stop(64));
    }
}

TEST_CASE("a target that cannot be fetched has no components", "[timing]") {
    TestCpu cpu = TestCpu::running("e9 fb ff 00 00", Model::i386);  // to 11000h
    cpu.set_page(0x11000, TestCpu::Page::absent);
    cpu.expect(Vector::page_fault);
    cpu.run();
    CHECK(cpu.delivered()->clock_before.value == 7);
}

TEST_CASE("+m comes with far transfers to the same ring", "[timing]") {
    Rings m(0, Model::i386);
    // jmp far 08:10008; hlt; mov ebp,esp; hlt
    m.run("ea 08 00 01 00 08 00 f4 89 e5 f4");
    CHECK(m.cpu.clock == 27 + 2 + 2 + 5);
}
