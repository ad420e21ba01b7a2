// SPDX-License-Identifier: MIT
#include <catch2/catch.hpp>

#include "cpu/privilege/rings.hpp"

using namespace ringside;
using namespace ringside::cpu;
using ringside::test::Rings;

namespace {

constexpr auto gp = Vector::general_protection;
constexpr auto np = Vector::segment_not_present;

/// mov REG,ax for DS, ES, FS, GS; SS is apart.
constexpr std::array<std::string_view, 4> data_loads{"8e d8 f4", "8e c0 f4", "8e e0 f4",
                                                     "8e e8 f4"};

bool faults(unsigned ring, std::string_view load, std::uint16_t selector, std::uint32_t high,
            Vector vector, std::uint32_t error_code) {
    Rings m(ring);
    m.descriptor(Rings::spare, Rings::flat, high);
    m.reg(GeneralRegister::eax) = selector;
    m.run(load);
    return m.faulted(vector, 0, error_code);
}

}  // namespace

TEST_CASE("mov ds,ax and its like: each check names the selector", "[segments]") {
    for (const std::string_view load : data_loads) {
        CAPTURE(load);
        CHECK(faults(0, load, 0x50, 0, gp, 0x50));
        CHECK(faults(0, load, 0x0C, 0, gp, 0x0C));
        CHECK(faults(0, load, Rings::task, 0, gp, Rings::task));
        CHECK(faults(0, load, Rings::spare, Rings::execute_only, gp, Rings::spare));
        CHECK(faults(3, load, Rings::data0 | 3, 0, gp, Rings::data0));
        CHECK(faults(0, load, Rings::data0 | 3, 0, gp, Rings::data0));
        CHECK(faults(0, load, Rings::spare, Rings::data32 & ~Rings::present, np, Rings::spare));
    }
}

TEST_CASE("data segments may be read-only data or readable code, conforming at any DPL",
          "[segments]") {
    for (const std::uint32_t high :
         {Rings::read_only | Rings::dpl(3), (Rings::code32 | Rings::dpl(3)),
          std::uint32_t{Rings::conforming32}}) {
        Rings m;
        m.gate(0x2E, Rings::interrupt32, 3);
        m.descriptor(Rings::spare, Rings::flat, high);
        m.reg(GeneralRegister::eax) = Rings::spare | 3;
        m.run("8e e0 cd 2e");
        CHECK(m.selector(SegmentRegister::fs) == (Rings::spare | 3));
        CHECK_FALSE(m.cpu.segment(SegmentRegister::fs).writable);
    }
}

TEST_CASE("a null selector loads into DS but any access through it is #GP(0)", "[segments]") {
    Rings m;
    m.reg(GeneralRegister::eax) = 3;
    m.run("8e d8 8a 0d 00 50 00 00");
    CHECK(m.selector(SegmentRegister::ds) == 3);
    CHECK(m.faulted(gp, 2, 0));
}

TEST_CASE("mov ss,ax: RPL and DPL equal CPL, writable; absent is #SS", "[segments]") {
    constexpr std::string_view load = "8e d0";
    CHECK(faults(0, load, 0, 0, gp, 0));
    CHECK(faults(0, load, 0x50, 0, gp, 0x50));
    CHECK(faults(3, load, Rings::data0 | 3, 0, gp, Rings::data0));
    CHECK(faults(0, load, Rings::data0 | 3, 0, gp, Rings::data0));
    CHECK(faults(0, load, Rings::data3, 0, gp, Rings::data3 & 0xFFFC));
    CHECK(faults(0, load, Rings::spare, Rings::read_only, gp, Rings::spare));
    CHECK(faults(0, load, Rings::code0, 0, gp, Rings::code0));
    CHECK(faults(0, load, Rings::spare, Rings::data32 & ~Rings::present, Vector::stack_fault,
                 Rings::spare));
}

TEST_CASE("a load sets the accessed bit once, and then needs no write access", "[segments]") {
    Rings m(0);
    m.descriptor(Rings::spare, Rings::flat, Rings::data32);
    m.reg(GeneralRegister::eax) = Rings::spare;
    m.run("8e e0 f4");
    CHECK(m.descriptor_high(Rings::spare) == (Rings::data32 | 0x100));
    CHECK(m.cpu.segment(SegmentRegister::fs).descriptor.accessed());

    m.enable_paging();
    m.cpu.cr0 |= cr0::wp;
    m.cpu.paging_changed();
    m.set_dword(0x81000 + (Rings::gdt_base >> 12) * 4, Rings::gdt_base | 5);
    m.cpu.eip = Rings::start;
    CHECK(m.run_on().kind == ExitKind::halted);
    CHECK(m.transitions.empty());
}

TEST_CASE("LDT selectors read the LDT, within its limit", "[segments]") {
    Rings m(0);
    m.set_dword(Rings::ldt_base + 0x18, 0x12340FFF);
    m.set_dword(Rings::ldt_base + 0x1C, 0x00409256);
    m.reg(GeneralRegister::ecx) = Rings::ldt;
    m.reg(GeneralRegister::eax) = 0x1C;
    m.run("0f 00 d1 8e e0 f4");  // lldt cx / mov fs,ax
    CHECK(m.cpu.segment(SegmentRegister::fs).base == 0x00561234);
    CHECK(m.cpu.segment(SegmentRegister::fs).highest == 0xFFF);

    Rings beyond(0);
    beyond.reg(GeneralRegister::ecx) = Rings::ldt;
    beyond.reg(GeneralRegister::eax) = 0x24;
    beyond.run("0f 00 d1 8e e0");
    CHECK(beyond.faulted(gp, 3, 0x24));
}

TEST_CASE("an expand-down segment holds what lies above its limit", "[segments]") {
    Rings m(0);
    m.descriptor(Rings::spare, 0x00000FFF, 0x00409600);
    m.set_dword(0x5000, 0x1234);
    m.reg(GeneralRegister::eax) = Rings::spare;
    m.run("8e e0 64 8b 0d 00 50 00 00 64 8b 0d ff 0f 00 00");
    CHECK(m.reg(GeneralRegister::ecx) == 0x1234);
    CHECK(m.faulted(gp, 9, 0));
}

TEST_CASE("a DS that is not flat is honoured in the same block, and so is the way back",
          "[segments]") {
    Rings m(0);
    m.descriptor(Rings::spare, 0x5000FFFF, 0x00409200);  // base 5000
    m.set_dword(0x5010, 0x1111);
    m.set_dword(0x0010, 0x2222);
    m.reg(GeneralRegister::eax) = Rings::spare;
    m.reg(GeneralRegister::ebx) = Rings::data0;
    m.run("8e d8 8b 0d 10 00 00 00 8e db 8b 15 10 00 00 00 f4");
    CHECK(m.reg(GeneralRegister::ecx) == 0x1111);
    CHECK(m.reg(GeneralRegister::edx) == 0x2222);
}

TEST_CASE("FS goes to and fro between two segments, and one moves in the GDT meanwhile",
          "[segments]") {
    for (const bool paged : {false, true}) {
        CAPTURE(paged);
        Rings m(0);
        if (paged) {
            m.enable_paging();
        }
        constexpr std::uint32_t accessed_data = 0x00409300;
        m.descriptor(Rings::spare, 0x5000FFFF, accessed_data);
        m.descriptor(Rings::spare2, 0x5100FFFF, accessed_data);
        m.set_dword(0x5010, 0x1111);
        m.set_dword(0x5110, 0x2222);
        m.set_dword(0x6010, 0x3333);
        m.reg(GeneralRegister::eax) = Rings::spare;
        m.reg(GeneralRegister::ebx) = Rings::spare2;
        m.run(
            "8e e0 64 8b 0d 10 00 00 00"           // mov fs,ax; mov ecx,fs:[10h]
            "8e e3 64 8b 15 10 00 00 00"           // mov fs,bx; mov edx,fs:[10h]
            "8e e0 c7 05 40 10 00 00 ff ff 00 60"  // mov fs,ax; its base in the GDT becomes 6000h
            "64 8b 2d 10 00 00 00"                 // mov ebp,fs:[10h]: the hidden part stays
            "8e e3 8e e0 64 8b 35 10 00 00 00"     // mov fs,bx; mov fs,ax; mov esi,fs:[10h]
            "8e e3 64 8b 3d 10 00 00 00 f4");      // mov fs,bx; mov edi,fs:[10h]
        CHECK(m.reg(GeneralRegister::ecx) == 0x1111);
        CHECK(m.reg(GeneralRegister::edx) == 0x2222);
        CHECK(m.reg(GeneralRegister::ebp) == 0x1111);
        CHECK(m.reg(GeneralRegister::esi) == 0x3333);
        CHECK(m.reg(GeneralRegister::edi) == 0x2222);
    }
}

TEST_CASE("mov r32,sreg clears the upper half, mov m16,sreg writes two bytes", "[segments]") {
    Rings m(0);
    m.reg(GeneralRegister::eax) = 0xFFFFFFFF;
    m.reg(GeneralRegister::ecx) = 0xFFFFFFFF;
    m.set_dword(0x5000, 0xFFFFFFFF);
    m.run("8c d8 66 8c d9 8c 15 00 50 00 00 f4");
    CHECK(m.reg(GeneralRegister::eax) == Rings::data0);
    CHECK(m.reg(GeneralRegister::ecx) == (0xFFFF0000 | Rings::data0));
    CHECK(m.dword(0x5000) == (0xFFFF0000 | Rings::data0));
}

TEST_CASE("mov cs,ax is #UD", "[segments]") {
    Rings m(0);
    m.run("8e c8");
    CHECK(m.faulted(Vector::invalid_opcode, 0));
}

TEST_CASE("pop ds takes a dword or a word; a fault leaves ESP alone", "[segments]") {
    Rings m(0);
    m.reg(GeneralRegister::esp) = 0x38000;
    m.set_dword(0x38000, 0xABCD0000 | Rings::data0);
    m.set_dword(0x38004, Rings::data0);
    m.run("1f 66 07 f4");
    CHECK(m.esp() == 0x38006);

    Rings bad(0);
    bad.reg(GeneralRegister::esp) = 0x38000;
    bad.set_dword(0x38000, 0x50);
    bad.run("1f");
    CHECK(bad.faulted(gp, 0, 0x50));
    CHECK(bad.transitions.at(0).before.esp == 0x38000);
}

TEST_CASE("lss loads both halves of the stack pointer; lds keeps its register on a fault",
          "[segments]") {
    Rings m(0);
    m.set_dword(0x5000, 0x38000);
    m.set_dword(0x5004, Rings::data0);
    m.run("0f b2 25 00 50 00 00 f4");
    CHECK(m.esp() == 0x38000);

    Rings bad(0);
    bad.set_dword(0x5000, 0x1234);
    bad.set_dword(0x5004, 0x50);
    bad.reg(GeneralRegister::ebx) = 7;
    bad.run("c5 1d 00 50 00 00");
    CHECK(bad.faulted(gp, 0, 0x50));
    CHECK(bad.reg(GeneralRegister::ebx) == 7);
}

TEST_CASE("clocks of a protected mov sreg on i486 and p6", "[segments][clocks]") {
    Rings m(0);
    m.reg(GeneralRegister::eax) = Rings::data0;
    m.run("8e d8 8e e0 f4");
    CHECK(m.cpu.cycles() == Cycles{9 + 9 + 4});
}
