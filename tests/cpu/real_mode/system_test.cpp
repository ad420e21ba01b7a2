// SPDX-License-Identifier: MIT
#include <catch2/catch.hpp>

#include "cpu/real_mode/real_machine.hpp"

using namespace ringside;
using namespace ringside::cpu;
using ringside::test::RealMachine;

TEST_CASE("real mode: what asks for descriptors is #UD", "[real]") {
    for (const std::string_view code :
         {"63 c0", "0f 02 c0", "0f 03 c0", "0f 00 c0", "0f 00 c8", "0f 00 d0", "0f 00 d8",
          "0f 00 e0", "0f 00 e8", "0f 02 06 ff ff", "0f 00 1e ff ff"}) {
        CAPTURE(code);
        RealMachine m;
        m.run(code);
        CHECK(m.interrupted(6, 0));
    }
}

TEST_CASE("real mode: nothing is privileged, ports are free", "[real]") {
    // mov cr3, eax / clts / lmsw ax / smsw cx / cli / sti / mov dr0, eax / hlt
    RealMachine m;
    m.reg(GeneralRegister::eax) = 0;
    CHECK(m.run("0f 22 d8 0f 06 0f 01 f0 0f 01 e1 fa fb 0f 23 c0 f4").kind == ExitKind::halted);
    CHECK(m.transitions.empty());
    RealMachine port;
    CHECK(port.run("e6 60").kind == ExitKind::port_io);
}

TEST_CASE("real mode: lgdt and lidt load 24 bits of base, with a 32-bit operand all", "[real]") {
    RealMachine m;
    m.set_dword(RealMachine::data, 0, 0x5678FFFF);
    m.set_dword(RealMachine::data, 4, 0x1234);
    m.run("0f 01 16 00 00 66 0f 01 1e 00 00 f4");
    CHECK(m.cpu.gdtr.base.value == 0x00345678);
    CHECK(m.cpu.idtr.base.value == 0x12345678);
    CHECK(m.cpu.idtr.limit == 0xFFFF);
}

TEST_CASE("real mode: sysenter is #GP", "[real]") {
    RealMachine m;
    m.cpu.sysenter_cs = 8;
    m.run("0f 34");
    CHECK(m.interrupted(13, 0));
    RealMachine exit;
    exit.cpu.sysenter_cs = 8;
    exit.run("0f 35");
    CHECK(exit.interrupted(13, 0));
}

TEST_CASE("into protected mode and back: PE, a far jump, PE again", "[real]") {
    RealMachine m;
    // GDT at 0600:0000: null, flat 32-bit code, flat data, 16-bit code, 16-bit data
    m.set_dword(0x0600, 0x08, 0x0000FFFF);
    m.set_dword(0x0600, 0x0C, 0x00CF9A00);
    m.set_dword(0x0600, 0x10, 0x0000FFFF);
    m.set_dword(0x0600, 0x14, 0x00CF9200);
    m.set_dword(0x0600, 0x18, 0x0000FFFF);
    m.set_dword(0x0600, 0x1C, 0x00009A02);
    m.cpu.gdtr = {{0x6000}, 0x1F};
    // mov eax, cr0 / or al, 1 / mov cr0, eax / mov bx, 1234 (16-bit CS still) / jmp 8:21400
    m.place(RealMachine::code * 16 + RealMachine::start,
            "0f 20 c0 0c 01 0f 22 c0 bb 34 12 66 ea 00 14 02 00 08 00");
    // mov cx, 10 / mov ds, cx / mov dword [11FFF0], 5a5a5a5a / jmp 18:1500
    m.place(0x21400, "66 b9 10 00 8e d9 c7 05 f0 ff 11 00 5a 5a 5a 5a ea 00 15 00 00 18 00");
    // mov eax, cr0 / and al, fe / mov cr0, eax / jmp 2100:600
    m.place(0x21500, "0f 20 c0 24 fe 0f 22 c0 ea 00 06 00 21");
    // int 40h, whose handler halts
    m.place(0x21600, "cd 40");
    CHECK(m.cpu.run(100'000'000).kind == ExitKind::halted);
    CHECK((m.reg(GeneralRegister::ebx) & 0xFFFF) == 0x1234);
    CHECK(m.memory.read<std::uint32_t>(PhysicalAddress{0x11FFF0}) == 0x5A5A5A5A);
    CHECK(m.cpu.real_mode());
    CHECK(m.cpu.cpl == 0);
    CHECK(m.cpu.eip == 0x401);
    CHECK(m.cpu.segment(SegmentRegister::ds).highest == 0xFFFFFFFF);
    CHECK(m.transitions.size() == 1);
}

TEST_CASE("lmsw enters protected mode and does not leave it", "[real]") {
    RealMachine m;
    m.reg(GeneralRegister::eax) = 1;
    m.run("0f 01 f0 31 c0 0f 01 f0 f4");
    CHECK(m.cpu.protected_mode());
    CHECK(m.selector(SegmentRegister::cs) == RealMachine::code);
}

TEST_CASE("real mode: fnstenv stores linear pointers and the opcode", "[real]") {
    RealMachine m(Model::modern);
    // fninit / fld1 / fstp dword [20h] / fnstenv [40h] / o32 fnstenv [60h]
    CHECK(m.run("db e3 d9 e8 d9 1e 20 00 d9 36 40 00 66 d9 36 60 00 f4").kind == ExitKind::halted);
    constexpr std::uint16_t data = RealMachine::data;
    constexpr std::uint32_t instruction = RealMachine::code * 16 + RealMachine::start + 4;
    constexpr std::uint32_t operand = data * 16 + 0x20;
    CHECK(m.word(data, 0x40) == 0x037F);
    CHECK(m.word(data, 0x44) == 0xFFFF);
    CHECK(m.word(data, 0x46) == (instruction & 0xFFFF));
    CHECK(m.word(data, 0x48) == ((instruction >> 16 << 12) | 0x11E));
    CHECK(m.word(data, 0x4A) == (operand & 0xFFFF));
    CHECK(m.word(data, 0x4C) == (operand >> 16 << 12));
    CHECK(m.dword(data, 0x6C) == (instruction & 0xFFFF));
    CHECK(m.dword(data, 0x70) == ((instruction >> 16 << 12) | 0x11E));
    CHECK(m.dword(data, 0x74) == (operand & 0xFFFF));
    CHECK(m.dword(data, 0x78) == (operand >> 16 << 12));
}

TEST_CASE("real mode: an unmasked x87 error is interrupt 16 with CR0.NE", "[real]") {
    RealMachine m(Model::modern);
    m.cpu.cr0 |= cr0::ne;
    m.set_dword(RealMachine::data, 0, 0x037E);
    // fninit / fldcw [0] / fldz / fldz / fdivp is invalid / fwait
    m.run("db e3 d9 2e 00 00 d9 ee d9 ee de f9 9b");
    CHECK(m.interrupted(16, 12));
}
