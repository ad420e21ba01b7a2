// SPDX-License-Identifier: MIT
#include <catch2/catch.hpp>

#include "cpu/privilege/rings.hpp"

using namespace ringside;
using namespace ringside::cpu;
using ringside::test::Rings;

namespace {

constexpr auto gp = Vector::general_protection;
constexpr std::uint32_t target = 0x18000;

}  // namespace

TEST_CASE("jmp far, direct and through memory, stays in its ring", "[rings]") {
    Rings direct(0);
    direct.code(target, "f4");
    direct.run("ea 00 80 01 00 08 00");
    CHECK(direct.cpu.eip == target + 1);
    CHECK(direct.cpu.clock == 19 + 4);

    Rings indirect(0);
    indirect.code(target, "f4");
    indirect.set_dword(0x5000, target);
    indirect.set_dword(0x5004, Rings::code0);
    indirect.run("ff 2d 00 50 00 00");
    CHECK(indirect.cpu.eip == target + 1);
    CHECK(indirect.cpu.clock == 18 + 4);
}

TEST_CASE("jmp far sets RPL to CPL", "[rings]") {
    Rings m;
    m.descriptor(Rings::spare, Rings::flat, Rings::conforming32);
    m.gate(0x2E, Rings::interrupt32, 3);
    m.code(target, "cd 2e");
    m.run("ea 00 80 01 00 40 00");
    CHECK(m.transitions.at(0).before.cs.value() == (Rings::spare | 3));
}

TEST_CASE("call far pushes CS and EIP, retf takes them back", "[rings]") {
    Rings m(0);
    m.code(target, "cb");
    m.run("9a 00 80 01 00 08 00 f4");
    CHECK(m.cpu.eip == Rings::start + 8);
    CHECK(m.esp() == Rings::stack_top);
    CHECK(m.dword(Rings::stack_top - 4) == Rings::code0);
    CHECK(m.dword(Rings::stack_top - 8) == Rings::start + 7);
    CHECK(m.cpu.clock == 20 + 17 + 4);
}

TEST_CASE("call far with a 16-bit operand pushes words; retf imm16 releases more", "[rings]") {
    Rings m(0);
    m.descriptor(Rings::spare, Rings::flat, 0x00009A01);  // 16-bit code at 10000
    m.code(0x18000, "ca 02 00");
    m.cpu.eip = 0x100;
    m.code(0x10100, "6a 00 9a 00 80 40 00 f4");
    load_segment(m.cpu, SegmentRegister::ds, Selector{Rings::data0});
    m.cpu.segment(SegmentRegister::cs).load(Selector{Rings::spare}, Descriptor{0xFFFF, 0x00009B01});
    m.cpu.context_changed();
    m.run_on();
    CHECK(m.word(Rings::stack_top - 4) == Rings::spare);
    CHECK(m.word(Rings::stack_top - 6) == 0x107);
    CHECK(m.cpu.eip == 0x108);
    CHECK(m.esp() == Rings::stack_top);
}

TEST_CASE("far transfers to code segments: each check", "[rings]") {
    const auto faults = [](unsigned ring, std::uint16_t selector, std::uint32_t high, Vector vector,
                           std::uint32_t error_code) {
        bool all = true;
        for (const bool call : {false, true}) {
            Rings m(ring);
            m.descriptor(Rings::spare, Rings::flat, high);
            m.set_dword(0x5000, target);
            m.set_dword(0x5004, selector);
            m.run(call ? "ff 1d 00 50 00 00" : "ff 2d 00 50 00 00");
            all = m.faulted(vector, 0, error_code) && all;
            CHECK(m.transitions.at(0).before.esp == Rings::stack_top);
        }
        return all;
    };
    CHECK(faults(0, 0, 0, gp, 0));
    CHECK(faults(0, 0x50, 0, gp, 0x50));
    CHECK(faults(0, Rings::data0, 0, gp, Rings::data0));
    CHECK(faults(3, Rings::code0, 0, gp, Rings::code0));
    CHECK(faults(0, Rings::code3, 0, gp, Rings::code3 & 0xFFFC));
    CHECK(faults(0, Rings::code0 | 3, 0, gp, Rings::code0));  // RPL above CPL
    CHECK(faults(0, Rings::spare, Rings::conforming32 | Rings::dpl(3), gp, Rings::spare));
    CHECK(faults(0, Rings::spare, Rings::code32 & ~Rings::present, Vector::segment_not_present,
                 Rings::spare));
    CHECK(faults(0, Rings::spare, 0x00409A00, gp, 0));  // EIP beyond the limit FFFF
    CHECK(faults(0, Rings::ldt, 0, gp, Rings::ldt));
}

TEST_CASE("call far without room on the stack is #SS(0)", "[rings]") {
    Rings m(0);
    m.descriptor(Rings::spare, 0x00000FFF, 0x00409200);
    load_segment(m.cpu, SegmentRegister::ss, Selector{Rings::spare});
    m.cpu.context_changed();
    m.reg(GeneralRegister::esp) = 4;
    m.gate(12, Rings::interrupt32, 0);
    m.code(target, "f4");
    const Exit exit = m.run("9a 00 80 01 00 08 00");
    // The handler is on the same stack and finds no room either.
    CHECK(exit.kind == ExitKind::shutdown);
    CHECK(m.cpu.eip == Rings::start);
    CHECK(m.esp() == 4);
}

TEST_CASE("call far beyond the target's limit has pushed already, but ESP stays", "[rings]") {
    Rings m;
    m.descriptor(Rings::spare, 0x00000FFF, 0x00409A00 | Rings::dpl(3));
    m.run("9a 00 80 01 00 43 00");
    CHECK(m.faulted(gp, 0, 0));
    CHECK(m.transitions.at(0).before.esp == Rings::stack_top);
    CHECK(m.dword(Rings::stack_top - 8) == Rings::start + 7);
}

TEST_CASE("call far and retf on a misaligned stack in ring 3 are #AC", "[rings]") {
    for (const std::string_view code : {"9a 00 80 01 00 1b 00", "cb"}) {
        Rings m;
        m.cpu.cr0 |= cr0::am;
        m.cpu.set_eflags(flag::ac);
        m.reg(GeneralRegister::esp) = Rings::stack_top - 31;
        m.run(code);
        CHECK(m.faulted(Vector::alignment_check, 0, 0));
    }
}

TEST_CASE("a far pointer at the end of 64 KiB continues at its start", "[rings]") {
    Rings m(0);
    m.code(target, "f4");
    m.set_dword(0xFFFC, target);
    m.set_dword(0, Rings::code0);
    m.run("67 ff 2e fc ff");  // jmp far [FFFC] with a 16-bit address
    CHECK(m.cpu.eip == target + 1);
}

TEST_CASE("retf to ring 3 takes SS:ESP behind the parameters and releases both", "[rings]") {
    Rings m(0);
    m.gate(0x2E, Rings::interrupt32, 3);
    m.code(target, "cd 2e");
    m.reg(GeneralRegister::esp) = 0x38000;
    m.set_dword(0x38000, target);
    m.set_dword(0x38004, Rings::code3);
    m.set_dword(0x38010, 0x41000);
    m.set_dword(0x38014, Rings::data3);
    m.run("ca 08 00");
    const Transition& t = m.transitions.at(0);
    CHECK(t.kind == TransitionKind::far_return);
    CHECK(t.after.eip == target);
    CHECK(t.after.esp == 0x41008);
    CHECK(t.after.ss.value() == Rings::data3);
    CHECK(t.clock_after.value - t.clock_before.value == 36);
    CHECK(m.selector(SegmentRegister::ds) == 0);
}
