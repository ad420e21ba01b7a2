// SPDX-License-Identifier: MIT
#include <catch2/catch.hpp>

#include "cpu/privilege/rings.hpp"

using namespace ringside;
using namespace ringside::cpu;
using ringside::test::Rings;

namespace {

constexpr std::uint32_t entry = 0x18000;

void set_msrs(Rings& m) {
    m.cpu.sysenter_cs = Rings::code0;
    m.cpu.sysenter_esp = Rings::inner_top;
    m.cpu.sysenter_eip = entry;
    m.code(entry, "f4");
}

}  // namespace

TEST_CASE("sysenter: flat ring 0 by three MSRs, nothing pushed, IF clear", "[rings]") {
    Rings m(3, Model::p6);
    set_msrs(m);
    m.cpu.gdtr.limit = 0;  // no descriptor is read
    m.cpu.set_eflags(flag::intf | flag::cf);
    const Exit exit = m.run("0f 34");
    CHECK(exit.kind == ExitKind::halted);
    CHECK(m.cpu.eip == entry + 1);
    CHECK(m.esp() == Rings::inner_top);
    CHECK(m.selector(SegmentRegister::cs) == Rings::code0);
    CHECK(m.selector(SegmentRegister::ss) == Rings::data0);
    CHECK(m.selector(SegmentRegister::ds) == Rings::data3);
    CHECK(m.cpu.segment(SegmentRegister::cs).flat_code());
    CHECK(m.cpu.segment(SegmentRegister::ss).flat_data());
    CHECK(m.cpu.cpl == 0);
    CHECK(m.cpu.eflags() == (flag::cf | flag::fixed));
    const Transition& t = m.transitions.at(0);
    CHECK(t.kind == TransitionKind::sysenter);
    CHECK(t.clock_after.value - t.clock_before.value == 40);
}

TEST_CASE("sysenter ignores the RPL bits of its MSR and needs the rest", "[rings]") {
    Rings m(3, Model::p6);
    set_msrs(m);
    m.cpu.sysenter_cs = Rings::code0 | 3;
    m.run("0f 34");
    CHECK(m.selector(SegmentRegister::cs) == Rings::code0);

    Rings null(3, Model::p6);
    set_msrs(null);
    null.cpu.sysenter_cs = 3;
    null.run("0f 34");
    CHECK(null.faulted(Vector::general_protection, 0, 0));
}

TEST_CASE("sysenter under TF traps at the entry point, in ring 0", "[rings]") {
    Rings m(3, Model::p6);
    set_msrs(m);
    m.cpu.set_eflags(flag::tf);
    m.run("0f 34");
    REQUIRE(m.transitions.size() == 2);
    CHECK(m.transitions[1].vector == Vector::debug);
    CHECK(m.transitions[1].before.eip == entry);
    CHECK(m.transitions[1].before.cpl() == 0);
    CHECK(m.dword(Rings::inner_top - 12) == entry);
}

TEST_CASE("sysexit: ring 3 at EDX on the stack of ECX", "[rings]") {
    Rings m(0, Model::p6);
    set_msrs(m);
    m.gate(0x2E, Rings::interrupt32, 3);
    m.code(0x19000, "cd 2e");
    m.cpu.set_eflags(flag::intf);
    m.reg(GeneralRegister::edx) = 0x19000;
    m.reg(GeneralRegister::ecx) = 0x41000;
    m.run("0f 35");
    const Transition& t = m.transitions.at(0);
    CHECK(t.kind == TransitionKind::sysexit);
    CHECK(t.after.eip == 0x19000);
    CHECK(t.after.esp == 0x41000);
    CHECK(t.after.cs.value() == Rings::code3);
    CHECK(t.after.ss.value() == Rings::data3);
    CHECK((t.after.eflags & flag::intf) != 0);
    CHECK(t.clock_after.value - t.clock_before.value == 40);
    CHECK(m.selector(SegmentRegister::ds) == Rings::data0);
}

TEST_CASE("sysexit above ring 0 or without its MSR is #GP(0)", "[rings]") {
    Rings user(3, Model::p6);
    set_msrs(user);
    user.run("0f 35");
    CHECK(user.faulted(Vector::general_protection, 0, 0));
    Rings null(0, Model::p6);
    null.run("0f 35");
    CHECK(null.faulted(Vector::general_protection, 0, 0));
}

TEST_CASE("before p6 sysenter and sysexit are #UD", "[rings]") {
    for (const std::string_view code : {"0f 34", "0f 35"}) {
        Rings m(0, Model::pentium);
        set_msrs(m);
        m.run(code);
        CHECK(m.faulted(Vector::invalid_opcode, 0));
    }
}
