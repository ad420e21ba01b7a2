// SPDX-License-Identifier: MIT
#include <catch2/catch.hpp>

#include "cpu/real_mode/real_machine.hpp"

using namespace ringside;
using namespace ringside::cpu;
using ringside::test::RealMachine;

TEST_CASE("real mode: mov, pop and lds take the base from the selector", "[real]") {
    RealMachine m;
    m.reg(GeneralRegister::eax) = 0x1235;
    m.set_dword(RealMachine::stack, RealMachine::top, 0xFFFF);
    m.set_dword(RealMachine::data, 0x10, 0x23455678);
    m.run("c4 1e 10 00 8e d8 07 f4");  // les bx, [10] / mov ds, ax / pop es
    CHECK(m.cpu.segment(SegmentRegister::ds).base == 0x12350);
    CHECK(m.cpu.segment(SegmentRegister::es).base == 0xFFFF0);
    CHECK(m.cpu.segment(SegmentRegister::es).highest == 0xFFFF);
    CHECK((m.reg(GeneralRegister::ebx) & 0xFFFF) == 0x5678);
    CHECK(m.transitions.empty());
}

TEST_CASE("real mode: FFFF:FFFF reaches beyond the first megabyte", "[real]") {
    RealMachine m;
    m.memory.write(PhysicalAddress{0x10FFEF}, std::uint8_t{0x5A});
    m.reg(GeneralRegister::eax) = 0xFFFF;
    m.run("8e d8 a0 ff ff f4");
    CHECK((m.reg(GeneralRegister::eax) & 0xFF) == 0x5A);
}

TEST_CASE("real mode: selector 0 and any RPL bits are as good as others", "[real]") {
    RealMachine m;
    m.reg(GeneralRegister::eax) = 0;
    m.reg(GeneralRegister::ebx) = 3;
    m.run("8e d8 8e c3 a0 00 00 26 a0 00 00 f4");
    CHECK(m.transitions.empty());
    CHECK(m.cpu.segment(SegmentRegister::es).base == 0x30);
}

TEST_CASE("real mode: a segment keeps the limit and rights it has: big and read-only ones",
          "[real]") {
    RealMachine m;
    m.cpu.segment(SegmentRegister::ds).load(Selector{0x10}, Descriptor{0x0000FFFF, 0x00CF9300});
    m.cpu.segment(SegmentRegister::es).load(Selector{0x18}, Descriptor{0x0000FFFF, 0x00009100});
    m.reg(GeneralRegister::eax) = 0x0100;
    m.reg(GeneralRegister::ebx) = 0x11EFFF;
    // mov ds, ax / mov es, ax / mov [ebx], al / mov es:[0], al
    m.run("8e d8 8e c0 67 88 03 26 a2 00 00");
    CHECK(m.memory.read<std::uint16_t>(PhysicalAddress{0x11FFFE}) == 0);
    CHECK(m.memory.read<std::uint8_t>(PhysicalAddress{0x11FFFF}) == 0);
    CHECK(m.interrupted(13, 7));
}

TEST_CASE("real mode: what was unusable in protected mode stays so", "[real]") {
    RealMachine m;
    m.cpu.segment(SegmentRegister::fs) = Segment::null(Selector{});
    m.reg(GeneralRegister::eax) = 0x0100;
    m.run("8e e0 64 a0 00 00");
    CHECK(m.interrupted(13, 2));
    CHECK(m.selector(SegmentRegister::fs) == 0x0100);
}

TEST_CASE("real mode: far jmp, call and ret", "[real]") {
    RealMachine m;
    m.place(0x20400, "cb");
    m.run("9a 00 04 00 20 f4");
    CHECK(m.cpu.eip == RealMachine::start + 6);
    CHECK(m.esp() == RealMachine::top);
    CHECK(m.word(RealMachine::stack, RealMachine::top - 2) == RealMachine::code);
    CHECK(m.word(RealMachine::stack, RealMachine::top - 4) == RealMachine::start + 5);

    RealMachine wide;  // a 32-bit call and retf 4
    wide.place(0x20400, "66 ca 04 00");
    wide.run("66 9a 00 04 00 00 00 20 f4");
    CHECK(wide.esp() == RealMachine::top + 4);
    CHECK(wide.dword(RealMachine::stack, RealMachine::top - 4) == RealMachine::code);
    CHECK(wide.dword(RealMachine::stack, RealMachine::top - 8) == RealMachine::start + 8);

    RealMachine jump;
    jump.set_dword(RealMachine::data, 0x20, 0x20050400);
    jump.place(0x20450, "f4");
    jump.run("ff 2e 20 00");
    CHECK(jump.cpu.eip == 0x401);
    CHECK(jump.selector(SegmentRegister::cs) == 0x2005);
    CHECK(jump.cpu.segment(SegmentRegister::cs).base == 0x20050);
}

TEST_CASE("real mode: a far transfer to an EIP above FFFF is #GP", "[real]") {
    RealMachine jump;
    jump.run("66 ea 00 00 01 00 00 20");
    CHECK(jump.interrupted(13, 0));
    RealMachine call;
    call.run("66 9a 00 00 01 00 00 20");
    CHECK(call.interrupted(13, 0));
    CHECK(call.esp() == RealMachine::top - 6);
    RealMachine ret;
    ret.set_dword(RealMachine::stack, RealMachine::top, 0x10000);
    ret.run("66 cb");
    CHECK(ret.interrupted(13, 0));
    CHECK(ret.esp() == RealMachine::top - 6);
}

TEST_CASE("real mode: far transfers by model", "[real][clocks]") {
    const auto clocks = [](Model model, std::string_view code) {
        RealMachine m(model);
        m.set_dword(RealMachine::data, 0x20, 0x20000400);
        m.set_dword(RealMachine::stack, RealMachine::top, 0x20000400);
        m.place(0x20400, "f4");
        m.run(code);
        return m.cpu.cycles().value;
    };
    // With the HLT of 5, 4 and 4 clocks.
    CHECK(clocks(Model::i386, "cb") == 18 + 1 + 5);  // +m: a HLT is one component
    CHECK(clocks(Model::i486, "ea 00 04 00 20") == 17 + 4);
    CHECK(clocks(Model::i486, "9a 00 04 00 20") == 18 + 4);
    CHECK(clocks(Model::i486, "ff 2e 20 00") == 13 + 4);
    CHECK(clocks(Model::i486, "ff 1e 20 00") == 17 + 4);
    CHECK(clocks(Model::i486, "cb") == 13 + 4);
    CHECK(clocks(Model::i486, "ca 02 00") == 14 + 4);
    CHECK(clocks(Model::i486, "e4 60") == 14);
    CHECK(clocks(Model::i486, "8e d8 f4") == 3 + 4);
}

TEST_CASE("real mode: CS may be written behind a far transfer", "[real]") {
    RealMachine m;
    m.cpu.segment(SegmentRegister::cs).load(Selector{8}, Descriptor{0x0000FFFF, 0x9B01});
    m.run("2e a2 00 00");  // still code of protected mode: not writable
    CHECK(m.interrupted(13, 0));
    RealMachine jumped;
    jumped.cpu.segment(SegmentRegister::cs).load(Selector{8}, Descriptor{0x0000FFFF, 0x9B01});
    jumped.place(0x20400, "2e c6 06 00 00 77 f4");
    jumped.run("ea 00 04 00 20");
    CHECK(jumped.transitions.empty());
    CHECK(jumped.memory.read<std::uint8_t>(PhysicalAddress{0x20000}) == 0x77);
}
