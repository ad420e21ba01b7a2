// SPDX-License-Identifier: MIT
#include <catch2/catch.hpp>

#include "cpu/privilege/rings.hpp"

using namespace ringside;
using namespace ringside::cpu;
using ringside::test::Rings;

namespace {

constexpr auto gp = Vector::general_protection;
constexpr auto ts = Vector::invalid_tss;
constexpr std::uint32_t new_eip = 0x18000;
constexpr std::uint32_t new_esp = 0x2C000;
constexpr std::uint32_t task2 = Rings::other_task_base;

void prepare(Rings& m, unsigned vector = 8) {
    m.gate(vector, Rings::task_gate, 0, Rings::other_task);
    m.set_dword(task2 + 0x20, new_eip);
    m.set_dword(task2 + 0x24, flag::fixed | flag::zf);
    for (std::uint32_t i = 0; i < 8; ++i) {
        m.set_dword(task2 + 0x28 + i * 4, 0x11110000 + i);
    }
    m.set_dword(task2 + 0x38, new_esp);
    for (std::uint32_t i = 0; i < 6; ++i) {
        m.set_dword(task2 + 0x48 + i * 4, i == 1 ? Rings::code0 : Rings::data0);
    }
    m.code(new_eip, "f4");
}

/// hlt in ring 3 whose handler is missing: #GP, then #NP on its gate, hence #DF.
Exit double_fault(Rings& m) {
    m.set_dword(Rings::idt_base + 13 * 8 + 4, 0x00020E00);
    return m.run("90 f4");
}

}  // namespace

TEST_CASE("the double fault's task gate switches to its own TSS and stack", "[rings]") {
    Rings m;
    prepare(m);
    m.cpu.set_eflags(flag::intf | flag::cf);
    m.reg(GeneralRegister::ebx) = 0xBBBB;
    const Exit exit = double_fault(m);
    CHECK(exit.kind == ExitKind::halted);
    CHECK(m.cpu.eip == new_eip + 1);
    CHECK(m.cpu.cpl == 0);
    CHECK(m.reg(GeneralRegister::eax) == 0x11110000);
    CHECK(m.reg(GeneralRegister::edi) == 0x11110007);
    CHECK(m.selector(SegmentRegister::fs) == Rings::data0);
    CHECK(m.cpu.eflags() == (flag::fixed | flag::zf | flag::nt));
    CHECK((m.cpu.cr0 & cr0::ts) != 0);

    CHECK(m.esp() == new_esp - 4);
    CHECK(m.dword(new_esp - 4) == 0);  // the error code

    CHECK(m.cpu.tr.selector.value() == Rings::other_task);
    CHECK(m.descriptor_high(Rings::other_task) == 0x8B00);
    CHECK(m.descriptor_high(Rings::task) == 0x8B00);
    CHECK(m.word(task2) == Rings::task);

    constexpr std::uint32_t old = Rings::task_base;
    CHECK(m.dword(old + 0x20) == Rings::start + 1);
    CHECK(m.dword(old + 0x24) == (flag::intf | flag::cf | flag::fixed | flag::rf));
    CHECK(m.dword(old + 0x34) == 0xBBBB);
    CHECK(m.dword(old + 0x38) == Rings::stack_top);
    CHECK(m.word(old + 0x4C) == Rings::code3);
    CHECK(m.word(old + 0x50) == Rings::data3);
}

TEST_CASE("a task switch: clocks and what the observer is told", "[rings][clocks]") {
    Rings m;
    prepare(m);
    double_fault(m);
    const Transition& t = m.transitions.at(0);
    CHECK(t.kind == TransitionKind::task_switch);
    CHECK(t.vector == Vector::double_fault);
    CHECK(t.has_error_code);
    CHECK(t.before.eip == Rings::start + 1);
    CHECK(t.after.eip == new_eip);
    // #DF through a task gate and the switch to a 386 TSS.
    CHECK(t.clock_after.value - t.clock_before.value == 61 + 162);
}

TEST_CASE("a task switch loads CR3 and the LDT", "[rings]") {
    Rings m;
    prepare(m);
    m.enable_paging();
    // The same tables under another directory.
    for (std::uint32_t i = 0; i < 0x1000; i += 4) {
        m.set_dword(0x82000 + i, m.dword(0x80000 + i));
    }
    m.set_dword(task2 + 0x1C, 0x82000);
    m.set_dword(task2 + 0x60, Rings::ldt);
    m.set_dword(Rings::ldt_base + 8, Rings::flat);
    m.set_dword(Rings::ldt_base + 12, Rings::data32);
    m.set_dword(task2 + 0x5C, 0x0C);  // GS, first entry behind the LDT's null
    double_fault(m);
    CHECK(m.cpu.cr3 == 0x82000);
    CHECK(m.cpu.ldtr.valid);
    CHECK(m.selector(SegmentRegister::gs) == 0x0C);
    CHECK(m.cpu.segment(SegmentRegister::gs).flat_data());
}

TEST_CASE("an interrupt's task gate pushes no error code", "[rings]") {
    Rings m;
    prepare(m, 2);
    m.cpu.set_eflags(flag::intf);
    m.cpu.pending_interrupt = Vector::nmi;
    m.run("90");
    CHECK(m.esp() == new_esp);
    CHECK(m.transitions.at(0).clock_after.value == 40 + 162);
}

TEST_CASE("int n through a task gate saves the EIP behind it", "[rings]") {
    Rings m;
    prepare(m, 0x2E);
    m.gate(0x2E, Rings::task_gate, 3, Rings::other_task);
    m.run("90 cd 2e");
    CHECK(m.dword(Rings::task_base + 0x20) == Rings::start + 3);
    CHECK(m.cpu.eip == new_eip + 1);
    CHECK(m.transitions.at(0).clock_before == Cycles{1});
    CHECK(m.transitions[0].clock_after == Cycles{1 + 37 + 162});
}

TEST_CASE("the T bit of the new task: #DB with BT before its first instruction", "[rings]") {
    Rings m;
    prepare(m);
    m.set_dword(task2 + 0x64, 1);
    double_fault(m);
    REQUIRE(m.transitions.size() == 2);
    CHECK(m.transitions[1].vector == Vector::debug);
    CHECK(m.transitions[1].before.eip == new_eip);
    CHECK((m.cpu.dr6 & dr6::task_switch) != 0);
}

TEST_CASE("what is wrong with the TSS itself faults in the old task", "[rings]") {
    const auto faults = [](std::uint16_t selector, std::uint32_t low, std::uint32_t high,
                           Vector vector, std::uint32_t error_code) {
        Rings m;
        prepare(m, 0x2E);
        m.gate(0x2E, Rings::task_gate, 3, selector);
        m.descriptor(Rings::spare, low, high);
        m.run("cd 2e");
        return m.faulted(vector, 0, error_code);
    };
    constexpr std::uint32_t low = (task2 << 16) | 0x67;
    CHECK(faults(0, 0, 0, gp, 0));
    CHECK(faults(0x50, 0, 0, gp, 0x50));
    CHECK(faults(0x34, 0, 0, gp, 0x34));
    CHECK(faults(Rings::task, 0, 0, gp, Rings::task));  // busy
    CHECK(faults(Rings::data0, 0, 0, gp, Rings::data0));
    CHECK(faults(Rings::spare, low, 0x0900, Vector::segment_not_present, Rings::spare));
    CHECK(faults(Rings::spare, low - 1, 0x8900, ts, Rings::spare));
}

TEST_CASE("what is wrong with the new task's segments faults in the new task", "[rings]") {
    const auto faults = [](std::uint32_t offset, std::uint32_t selector, std::uint32_t high,
                           Vector vector, std::uint32_t error_code) {
        Rings m;
        prepare(m, 0x2E);
        m.gate(0x2E, Rings::task_gate, 3, Rings::other_task);
        m.descriptor(Rings::spare, Rings::flat, high);
        m.set_dword(task2 + offset, selector);
        m.run("cd 2e");
        REQUIRE(m.transitions.size() >= 2);
        CHECK(m.transitions[0].kind == TransitionKind::task_switch);
        CHECK(m.transitions[1].before.eip == new_eip);
        return m.transitions[1].vector == vector && m.transitions[1].error_code == error_code;
    };
    CHECK(faults(0x54, Rings::task, 0, ts, Rings::task));              // DS is no data
    CHECK(faults(0x58, 0x50, 0, ts, 0x50));                            // FS beyond the GDT
    CHECK(faults(0x5C, Rings::spare, Rings::data32 & ~Rings::present,  // GS absent
                 Vector::segment_not_present, Rings::spare));
}

TEST_CASE("a new task without a usable stack during a double fault: shutdown", "[rings]") {
    Rings m;
    prepare(m);
    m.set_dword(task2 + 0x50, 0);
    CHECK(double_fault(m).kind == ExitKind::shutdown);
}
