// SPDX-License-Identifier: MIT
#include <catch2/catch.hpp>

#include "cpu/v86/virtual_machine.hpp"

using namespace ringside;
using namespace ringside::cpu;
using ringside::test::Rings;
using ringside::test::VirtualMachine;

namespace {

constexpr std::uint32_t top = Rings::inner_top;
constexpr auto gp = Vector::general_protection;

}  // namespace

TEST_CASE("iretd at ring 0 with VM: nine dwords, paragraphs of 64 KiB at ring 3", "[v86]") {
    VirtualMachine m(flag::vm | flag::intf | flag::cf);
    m.enter("cd 40");
    const Transition& t = m.rings.transitions.at(0);
    CHECK(t.kind == TransitionKind::interrupt_return);
    CHECK(t.after.cpl() == 3);
    CHECK(t.after.cs.value() == VirtualMachine::code);
    CHECK(t.after.eip == VirtualMachine::start);
    CHECK(t.after.ss.value() == VirtualMachine::stack);
    CHECK(t.after.esp == VirtualMachine::stack_top);
    CHECK(t.after.eflags == (flag::vm | flag::intf | flag::cf | flag::fixed));
    CHECK(t.clock_after.value - t.clock_before.value == 36);
}

TEST_CASE("iretd to v86 mode loads all six segments", "[v86]") {
    VirtualMachine m(flag::vm | flag::iopl);
    m.step_in();
    const auto is = [&m](SegmentRegister r, std::uint16_t paragraph) {
        const Segment& s = m.rings.cpu.segment(r);
        return s.selector.value() == paragraph && s.base == paragraph * 16U && s.lowest == 0 &&
               s.highest == 0xFFFF && s.readable && s.writable && s.descriptor.dpl() == 3 &&
               !s.is_32bit();
    };
    CHECK(is(SegmentRegister::cs, VirtualMachine::code));
    CHECK(is(SegmentRegister::ss, VirtualMachine::stack));
    CHECK(is(SegmentRegister::es, VirtualMachine::es));
    CHECK(is(SegmentRegister::ds, VirtualMachine::ds));
    CHECK(is(SegmentRegister::fs, VirtualMachine::fs));
    CHECK(is(SegmentRegister::gs, VirtualMachine::gs));
    CHECK(m.rings.cpu.virtual_8086());
    CHECK_FALSE(m.rings.cpu.protected_mode());
}

TEST_CASE("iretd to v86 mode: EIP is cut to 16 bits, a short stack is #SS(0)", "[v86]") {
    VirtualMachine far(flag::vm);
    far.enter("fa", VirtualMachine::start + 0x10000);  // cli, which IOPL 0 forbids
    CHECK(far.faulted(gp, 0));
    VirtualMachine low(flag::vm);
    low.rings.descriptor(Rings::spare, (VirtualMachine::frame + 0x22) & 0xFFFF,
                         0x00409200 | (VirtualMachine::frame & 0xF0000));
    load_segment(low.rings.cpu, SegmentRegister::ss, Selector{Rings::spare});
    low.rings.cpu.context_changed();
    low.enter("90");
    CHECK(low.rings.faulted(Vector::stack_fault, 0, 0));
}

TEST_CASE("int n with IOPL 3: the frame up to GS, null data segments, VM clear", "[v86]") {
    VirtualMachine m(flag::vm | flag::iopl | flag::intf | flag::nt);
    m.rings.gate(0x40, Rings::interrupt32, 3);
    CHECK(m.enter("90 cd 40").kind == ExitKind::halted);
    CHECK(m.rings.dword(top - 4) == VirtualMachine::gs);
    CHECK(m.rings.dword(top - 8) == VirtualMachine::fs);
    CHECK(m.rings.dword(top - 12) == VirtualMachine::ds);
    CHECK(m.rings.dword(top - 16) == VirtualMachine::es);
    CHECK(m.rings.dword(top - 20) == VirtualMachine::stack);
    CHECK(m.rings.dword(top - 24) == VirtualMachine::stack_top);
    CHECK(m.rings.dword(top - 28) == (flag::vm | flag::iopl | flag::intf | flag::nt | flag::fixed));
    CHECK(m.rings.dword(top - 32) == VirtualMachine::code);
    CHECK(m.rings.dword(top - 36) == VirtualMachine::start + 3);
    CHECK(m.rings.esp() == top - 36);
    CHECK(m.rings.cpu.eflags() == (flag::iopl | flag::fixed));
    CHECK(m.rings.cpu.cpl == 0);
    for (const auto r :
         {SegmentRegister::ds, SegmentRegister::es, SegmentRegister::fs, SegmentRegister::gs}) {
        CHECK(m.rings.selector(r) == 0);
        CHECK_FALSE(m.rings.cpu.segment(r).usable());
    }
    const Transition& t = m.rings.transitions.at(1);
    CHECK(t.before.cpl() == 3);
    CHECK(t.before.cs.value() == VirtualMachine::code);
    CHECK(t.clock_after.value - t.clock_before.value == 86);
}

TEST_CASE("an exception leaves v86 mode with its error code below EIP", "[v86]") {
    VirtualMachine m(flag::vm | flag::iopl);
    m.enter("90 f4");
    CHECK(m.faulted(gp, 1));
    CHECK(m.rings.esp() == top - 40);
    CHECK(m.rings.dword(top - 36) == VirtualMachine::start + 1);
    CHECK(m.rings.dword(top - 28) == (flag::vm | flag::iopl | flag::rf | flag::fixed));
}

TEST_CASE("a 16-bit gate leaves v86 mode with words", "[v86]") {
    VirtualMachine m(flag::vm | flag::iopl);
    m.rings.code(0x9000, "f4");
    m.rings.gate_to(0x40, Rings::trap16, 3, Rings::code0, 0x9000);
    m.enter("cd 40");
    CHECK(m.rings.esp() == top - 18);
    CHECK(m.rings.word(top - 2) == VirtualMachine::gs);
    CHECK(m.rings.word(top - 8) == VirtualMachine::es);
    CHECK(m.rings.word(top - 14) == (flag::iopl | flag::fixed));
    CHECK(m.rings.word(top - 18) == VirtualMachine::start + 2);
}

TEST_CASE("the handler must be nonconforming code of ring 0: #GP(its selector)", "[v86]") {
    for (const std::uint32_t high :
         {Rings::conforming32, Rings::code32 | Rings::dpl(1), Rings::code32 | Rings::dpl(3)}) {
        VirtualMachine m(flag::vm | flag::iopl);
        m.rings.descriptor(Rings::spare, Rings::flat, high);
        m.rings.gate(0x40, Rings::interrupt32, 3, Rings::spare);
        m.enter("cd 40");
        CHECK(m.faulted(gp, 0, Rings::spare));
    }
}

TEST_CASE("IOPL below 3: cli, sti, pushf, popf, int n and iret are #GP(0)", "[v86]") {
    for (const std::string_view code :
         {"fa", "fb", "9c", "9d", "cd 40", "cf", "66 9c", "66 9d", "66 cf", "cd 03"}) {
        for (const std::uint32_t iopl : {0U, 1U, 2U}) {
            CAPTURE(code, iopl);
            VirtualMachine m(flag::vm | (iopl << 12));
            m.rings.gate(0x40, Rings::interrupt32, 3);
            m.enter(code);
            CHECK(m.faulted(gp, 0));
        }
    }
}

TEST_CASE("int3, into, int1 and bound do not look at IOPL", "[v86]") {
    VirtualMachine m(flag::vm | flag::of);
    m.rings.gate(3, Rings::interrupt32, 3);
    m.enter("cc");
    CHECK(m.delivered() == 3);
    VirtualMachine overflowing(flag::vm | flag::of);
    overflowing.rings.gate(4, Rings::interrupt32, 3);
    overflowing.enter("ce");
    CHECK(overflowing.delivered() == 4);
    VirtualMachine refused(flag::vm);  // the gate's DPL does count
    refused.enter("cc");
    CHECK(refused.faulted(gp, 0, 3 * 8 + 2));
    VirtualMachine icebp(flag::vm);
    icebp.enter("f1");
    CHECK(icebp.delivered() == 1);
    VirtualMachine outside(flag::vm);
    outside.enter("62 06 00 00");  // bound ax, [0]: 0 is not in 1..1
    CHECK(outside.delivered() == 5);
}

TEST_CASE("IOPL 3: flags that v86 mode may change", "[v86]") {
    VirtualMachine m(flag::vm | flag::iopl);
    // cli / sti / pushfd / pop eax / push 0 / popfd / pushf / pop bx / int 40h
    m.rings.gate(0x40, Rings::interrupt32, 3);
    m.enter("fa fb 66 9c 66 58 66 6a 00 66 9d 9c 5b cd 40");
    CHECK(m.delivered() == 0x40);
    // The image has no VM.
    CHECK(m.rings.reg(GeneralRegister::eax) == (flag::iopl | flag::intf | flag::fixed));
    CHECK((m.rings.reg(GeneralRegister::ebx) & 0xFFFF) == (flag::iopl | flag::fixed));
    CHECK(m.rings.dword(top - 28) == (flag::vm | flag::iopl | flag::fixed));
}

TEST_CASE("IOPL 3: iret and iretd stay in v86 mode; VM, IOPL and NT's task do not matter",
          "[v86]") {
    VirtualMachine m(flag::vm | flag::iopl | flag::nt);
    m.rings.gate(0x40, Rings::interrupt32, 3);
    m.rings.code(VirtualMachine::code * 16 + 0x200, "66 cf");
    m.rings.code(VirtualMachine::code * 16 + 0x300, "cd 40");
    m.push32({0x300, VirtualMachine::code, flag::cf});
    m.push16({0x200, VirtualMachine::code, flag::zf});
    m.enter("cf");
    CHECK(m.delivered() == 0x40);
    CHECK(m.rings.transitions.size() == 4);
    CHECK(m.rings.transitions.at(1).after.eflags ==
          (flag::vm | flag::iopl | flag::zf | flag::fixed));
    CHECK(m.rings.transitions.at(2).after.eflags ==
          (flag::vm | flag::iopl | flag::cf | flag::fixed));
    CHECK(m.rings.transitions.at(2).after.esp == VirtualMachine::stack_top);
    CHECK(m.rings.transitions.at(1).clock_after.value -
              m.rings.transitions.at(1).clock_before.value ==
          15);
}

TEST_CASE("segment loads and far transfers take paragraphs and check no descriptor", "[v86]") {
    VirtualMachine m(flag::vm | flag::iopl);
    m.rings.gate(0x40, Rings::interrupt32, 3);
    m.rings.code(0x5000 + 0x10, "cb");
    // mov ax, 3 / mov ds, ax / call 0500:0010 / int 40h
    m.enter("b8 03 00 8e d8 9a 10 00 00 05 cd 40");
    CHECK(m.delivered() == 0x40);
    CHECK(m.rings.dword(top - 12) == 3);
    CHECK(m.rings.dword(top - 36) == VirtualMachine::start + 12);
}

TEST_CASE("the limit is FFFF, with #GP(0) and #SS(0) pushed as in protected mode", "[v86]") {
    VirtualMachine m(flag::vm);
    m.enter("a1 ff ff");
    CHECK(m.faulted(gp, 0));
    VirtualMachine stacked(flag::vm);
    stacked.enter("36 a1 ff ff");
    CHECK(stacked.faulted(Vector::stack_fault, 0));
}

TEST_CASE("privileged instructions are #GP(0), questions about descriptors #UD", "[v86]") {
    for (const std::string_view code :
         {"f4", "0f 20 c0", "0f 22 c0", "0f 21 c0", "0f 23 c0", "0f 06", "0f 01 f0",
          "0f 01 16 00 00", "0f 01 1e 00 00", "0f 08", "0f 09", "0f 01 3e 00 00"}) {
        CAPTURE(code);
        VirtualMachine m(flag::vm | flag::iopl);
        m.enter(code);
        CHECK(m.faulted(gp, 0));
    }
    for (const std::string_view code : {"63 c0", "0f 02 c0", "0f 03 c0", "0f 00 c0", "0f 00 c8",
                                        "0f 00 d0", "0f 00 d8", "0f 00 e0", "0f 00 e8"}) {
        CAPTURE(code);
        VirtualMachine m(flag::vm | flag::iopl);
        m.enter(code);
        CHECK(m.faulted(Vector::invalid_opcode, 0));
    }
}

TEST_CASE("smsw, sgdt and sidt are free, as in ring 3", "[v86]") {
    VirtualMachine m(flag::vm | flag::iopl);
    m.rings.gate(0x40, Rings::interrupt32, 3);
    m.enter("0f 01 e0 0f 01 06 00 01 0f 01 0e 10 01 cd 40");
    CHECK(m.delivered() == 0x40);
}

TEST_CASE("ports go by the permission map even with IOPL 3", "[v86]") {
    VirtualMachine m(flag::vm | flag::iopl);
    m.rings.set_dword(Rings::task_base + 0x64, 0x20AC0000);
    m.enter("e6 60");
    CHECK(m.faulted(gp, 0));
    VirtualMachine granted(flag::vm);
    granted.rings.cpu.tr.limit = 0x2067;
    granted.rings.set_dword(Rings::task_base + 0x64, 0x00680000);
    CHECK(granted.enter("e6 60").kind == ExitKind::port_io);
}

TEST_CASE("pages are the user's: supervisor pages are #PF", "[v86]") {
    VirtualMachine m(flag::vm);
    m.rings.enable_paging();
    m.rings.supervisor_only(VirtualMachine::ds * 16U);
    m.enter("a0 00 00");
    CHECK(m.delivered() == 14);
    CHECK(m.rings.dword(top - 40) == 5);
    CHECK(m.rings.cpu.cr2 == VirtualMachine::ds * 16U);
}

TEST_CASE("operand and address size prefixes work in v86 mode", "[v86]") {
    VirtualMachine m(flag::vm | flag::iopl);
    m.rings.gate(0x40, Rings::interrupt32, 3);
    m.rings.set_dword(VirtualMachine::ds * 16U + 0x20, 0xCAFEBABE);
    m.rings.reg(GeneralRegister::ecx) = 0x10;
    m.enter("66 67 8b 44 09 00 cd 40");  // mov eax, [ecx + ecx]
    CHECK(m.rings.reg(GeneralRegister::eax) == 0xCAFEBABE);
}

TEST_CASE("TF traps in v86 mode through the gate of vector 1", "[v86]") {
    VirtualMachine m(flag::vm | flag::tf);
    m.enter("90 90");
    CHECK(m.delivered() == 1);
    CHECK(m.rings.dword(top - 36) == VirtualMachine::start + 1);
    CHECK((m.rings.dword(top - 28) & (flag::tf | flag::vm)) == (flag::tf | flag::vm));
}

TEST_CASE("an interrupt from outside leaves v86 mode when IF is set, whatever IOPL", "[v86]") {
    VirtualMachine m(flag::vm | flag::intf);
    m.rings.cpu.pending_interrupt = Vector{0x18};
    m.enter("eb fe");
    CHECK(m.delivered() == 0x18);
    CHECK(m.rings.dword(top - 36) == VirtualMachine::start);
}

TEST_CASE("sysenter leaves v86 mode", "[v86]") {
    VirtualMachine m(flag::vm, Model::p6);
    m.rings.cpu.sysenter_cs = Rings::code0;
    m.rings.cpu.sysenter_esp = top;
    m.rings.cpu.sysenter_eip = Rings::handlers + 0x500;
    m.enter("0f 34");
    CHECK_FALSE(m.rings.cpu.virtual_8086());
    CHECK(m.rings.cpu.cpl == 0);
    CHECK(m.rings.cpu.eip == Rings::handlers + 0x501);
}

TEST_CASE("a task switch to a TSS whose EFLAGS has VM enters v86 mode", "[v86]") {
    Rings m(0);
    constexpr std::uint32_t tss = Rings::other_task_base;
    m.set_dword(tss + 0x20, VirtualMachine::start);
    m.set_dword(tss + 0x24, flag::vm | flag::fixed);
    m.set_dword(tss + 0x38, VirtualMachine::stack_top);
    m.set_dword(tss + 0x48, VirtualMachine::es);
    m.set_dword(tss + 0x4C, VirtualMachine::code);
    m.set_dword(tss + 0x50, VirtualMachine::stack);
    m.set_dword(tss + 0x54, VirtualMachine::ds);
    m.set_dword(tss + 0x04, top);
    m.set_dword(tss + 0x08, Rings::data0);
    m.code(VirtualMachine::code * 16U + VirtualMachine::start, "f4");
    m.run("ea 00 00 00 00 30 00");
    REQUIRE(m.transitions.size() == 2);
    CHECK(m.transitions[0].after.cpl() == 3);
    CHECK(m.transitions[1].vector == gp);
    CHECK(m.dword(top - 12) == VirtualMachine::ds);
    CHECK(m.dword(top - 32) == VirtualMachine::code);
}
