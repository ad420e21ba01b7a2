// SPDX-License-Identifier: MIT
#include <catch2/catch.hpp>

#include "cpu/privilege/rings.hpp"

using namespace ringside;
using namespace ringside::cpu;
using ringside::test::Rings;

namespace {

constexpr auto gp = Vector::general_protection;
constexpr auto np = Vector::segment_not_present;
constexpr auto ts = Vector::invalid_tss;

constexpr std::uint32_t new_eip = 0x18000;
constexpr std::uint32_t new_esp = 0x2C000;
constexpr std::uint32_t old_task = Rings::task_base;
constexpr std::uint32_t new_task = Rings::other_task_base;
constexpr std::uint32_t busy = 0x8B00;
constexpr std::uint32_t available = 0x8900;

constexpr std::string_view call = "9a 00 00 00 00 33 00";  // call 0033:00000000
constexpr std::string_view jump = "ea 00 00 00 00 33 00";
constexpr std::string_view call_gate = "9a 00 00 00 00 43 00";
constexpr std::string_view jump_gate = "ea 00 00 00 00 43 00";

/// A 32-bit task in ring 0 that halts.
void fill32(Rings& m, std::uint32_t base, std::uint32_t eflags = flag::fixed) {
    m.set_dword(base + 0x1C, m.cpu.cr3);
    m.set_dword(base + 0x20, new_eip);
    m.set_dword(base + 0x24, eflags);
    for (std::uint32_t i = 0; i < 8; ++i) {
        m.set_dword(base + 0x28 + i * 4, 0x11110000 + i);
    }
    m.set_dword(base + 0x38, new_esp);
    for (std::uint32_t i = 0; i < 6; ++i) {
        m.set_dword(base + 0x48 + i * 4, i == 1 ? Rings::code0 : Rings::data0);
    }
    m.code(new_eip, "f4");
}

void set_word(Rings& m, std::uint32_t address, std::uint16_t value) {
    m.memory.write(PhysicalAddress{address}, value);
}

/// A 16-bit task in ring 0 that halts; its code lies in the first 64 KiB.
void fill16(Rings& m, std::uint32_t base, std::uint16_t flags = 2) {
    set_word(m, base + 0x0E, 0x8000);
    set_word(m, base + 0x10, flags);
    for (std::uint32_t i = 0; i < 8; ++i) {
        set_word(m, base + 0x12 + i * 2, static_cast<std::uint16_t>(0x2220 + i));
    }
    set_word(m, base + 0x1A, 0xC000);
    for (std::uint32_t i = 0; i < 4; ++i) {
        set_word(m, base + 0x22 + i * 2, i == 1 ? Rings::code0 : Rings::data0);
    }
    set_word(m, base + 0x2A, 0);
    m.code(0x8000, "f4");
}

void task(Rings& m, std::uint16_t selector, std::uint32_t base, unsigned type, unsigned dpl = 3,
          std::uint32_t limit = 0x67) {
    m.descriptor(selector, (base << 16) | limit, Rings::present | Rings::dpl(dpl) | (type << 8));
}

void task_gate(Rings& m, std::uint16_t to = Rings::other_task, unsigned dpl = 3) {
    m.descriptor(Rings::spare, std::uint32_t{to} << 16,
                 Rings::present | Rings::dpl(dpl) | (Rings::task_gate << 8));
}

void prepare(Rings& m) {
    task(m, Rings::other_task, new_task, 9);
    task_gate(m);
    fill32(m, new_task);
}

std::uint32_t type_of(Rings& m, std::uint16_t selector) {
    return m.descriptor_high(selector) & 0x9F00;
}

}  // namespace

TEST_CASE("jmp to a TSS: the old task is available, the new one busy, nothing is linked",
          "[tasks]") {
    for (const std::string_view code : {jump, jump_gate}) {
        Rings m;
        prepare(m);
        m.set_dword(new_task, 0xABCD1234);
        m.cpu.set_eflags(flag::intf | flag::nt | flag::cf);
        m.reg(GeneralRegister::ebx) = 0xBBBB;
        m.run(code);
        CHECK(m.cpu.eip == new_eip + 1);
        CHECK(m.cpu.cpl == 0);
        CHECK(m.esp() == new_esp);
        CHECK(m.reg(GeneralRegister::edi) == 0x11110007);
        CHECK(m.cpu.eflags() == flag::fixed);
        CHECK((m.cpu.cr0 & cr0::ts) != 0);
        CHECK(m.dword(new_task) == 0xABCD1234);
        CHECK(type_of(m, Rings::task) == available);
        CHECK(type_of(m, Rings::other_task) == busy);
        CHECK(m.cpu.tr.selector.index() == Rings::other_task >> 3);
        CHECK(m.dword(old_task + 0x20) == Rings::start + 7);
        CHECK(m.dword(old_task + 0x24) == (flag::intf | flag::nt | flag::cf | flag::fixed));
        CHECK(m.dword(old_task + 0x34) == 0xBBBB);
        CHECK(m.word(old_task + 0x4C) == Rings::code3);
        CHECK(m.transitions.at(0).kind == TransitionKind::task_jump);
    }
}

TEST_CASE("call to a TSS: both tasks are busy, the new one is nested", "[tasks]") {
    for (const std::string_view code : {call, call_gate}) {
        Rings m;
        prepare(m);
        m.set_dword(new_task, 0xABCD1234);
        m.cpu.set_eflags(flag::fixed);
        m.run(code);
        CHECK(m.cpu.eip == new_eip + 1);
        CHECK(m.cpu.eflags() == (flag::fixed | flag::nt));
        CHECK(m.dword(new_task) == (0xABCD0000 | Rings::task));
        CHECK(type_of(m, Rings::task) == busy);
        CHECK(type_of(m, Rings::other_task) == busy);
        CHECK(m.dword(old_task + 0x24) == flag::fixed);
        CHECK(m.transitions.at(0).kind == TransitionKind::task_call);
    }
}

TEST_CASE("iret with NT goes back to the linked task; the nested one may be called again",
          "[tasks]") {
    Rings m;
    prepare(m);
    m.code(new_eip, "cf eb fd");  // iretd / jmp iretd
    m.gate(0x2E, Rings::interrupt32, 3);
    m.cpu.set_eflags(flag::cf);
    m.run("9a 00 00 00 00 33 00 9a 00 00 00 00 33 00 cd 2e");
    REQUIRE(m.transitions.size() == 5);
    CHECK(m.transitions[1].kind == TransitionKind::task_return);
    CHECK(m.transitions[1].after.eip == Rings::start + 7);
    CHECK(m.transitions[1].after.cs.value() == Rings::code3);
    CHECK(m.transitions[1].after.esp == Rings::stack_top);
    CHECK(m.transitions[1].after.eflags == (flag::cf | flag::fixed));
    // The second call resumes it behind its iretd.
    CHECK(m.transitions[2].kind == TransitionKind::task_call);
    CHECK(m.transitions[2].after.eip == new_eip + 1);
    CHECK(m.transitions[4].before.eip == Rings::start + 14);
    CHECK(type_of(m, Rings::other_task) == available);
    CHECK(type_of(m, Rings::task) == busy);
    CHECK(m.dword(new_task + 0x24) == flag::fixed);  // saved without NT
}

TEST_CASE("all four combinations of 16-bit and 32-bit tasks", "[tasks]") {
    for (const bool from32 : {false, true}) {
        for (const bool to32 : {false, true}) {
            CAPTURE(from32, to32);
            Rings m;
            m.cpu.tr.type = from32 ? SystemType::tss32_busy : SystemType::tss16_busy;
            task(m, Rings::task, old_task, from32 ? 11 : 3, 0);
            task(m, Rings::other_task, new_task, to32 ? 9 : 1);
            to32 ? fill32(m, new_task) : fill16(m, new_task);
            m.set_dword(old_task + 0x20, 0xEEEEEEEE);
            m.set_dword(old_task + 0x60, 0xEEEEEEEE);
            m.reg(GeneralRegister::ecx) = 0x33334444;
            m.run(call);
            if (to32) {
                CHECK(m.cpu.eip == new_eip + 1);
                CHECK(m.reg(GeneralRegister::eax) == 0x11110000);
                CHECK(m.selector(SegmentRegister::fs) == Rings::data0);
            } else {
                CHECK(m.cpu.eip == 0x8001);
                CHECK(m.reg(GeneralRegister::eax) == 0xFFFF2220);
                CHECK(m.esp() == 0xFFFFC000);
                CHECK(m.selector(SegmentRegister::fs) == 0);
                CHECK(m.selector(SegmentRegister::gs) == 0);
                CHECK(m.selector(SegmentRegister::ds) == Rings::data0);
            }
            CHECK(m.word(new_task) == Rings::task);
            CHECK((m.cpu.eflags() & flag::nt) != 0);
            if (from32) {
                CHECK(m.dword(old_task + 0x20) == Rings::start + 7);
                CHECK(m.dword(old_task + 0x2C) == 0x33334444);
                CHECK(m.word(old_task + 0x5C) == Rings::data3);
            } else {
                CHECK(m.word(old_task + 0x0E) == ((Rings::start + 7) & 0xFFFF));
                CHECK(m.word(old_task + 0x14) == 0x4444);
                CHECK(m.word(old_task + 0x24) == Rings::code3);
                CHECK(m.word(old_task + 0x28) == Rings::data3);
                CHECK(m.dword(old_task + 0x20) != 0xEEEEEEEE);
                CHECK(m.dword(old_task + 0x60) == 0xEEEEEEEE);
            }
        }
    }
}

TEST_CASE("clocks of task switches by model, way and kind of task", "[tasks][clocks]") {
    const auto clocks = [](Model model, std::string_view code, bool from32, bool to32,
                           std::uint32_t eflags = flag::fixed) {
        Rings m(3, model);
        m.cpu.tr.type = from32 ? SystemType::tss32_busy : SystemType::tss16_busy;
        task(m, Rings::task, old_task, from32 ? 11 : 3, 0);
        task(m, Rings::other_task, new_task, to32 ? 9 : 1);
        task_gate(m);
        to32 ? fill32(m, new_task, eflags) : fill16(m, new_task);
        m.set_dword(0x5004, Rings::other_task);
        m.run(code);
        const Transition& t = m.transitions.at(0);
        return t.clock_after.value - t.clock_before.value;
    };
    CHECK(clocks(Model::i386, jump, true, true) == 309);
    CHECK(clocks(Model::i386, "ff 2d 00 50 00 00", true, true) == 309 + 5);
    CHECK(clocks(Model::i386, call, true, false) == 282);
    CHECK(clocks(Model::i386, call, false, true) == 307);
    CHECK(clocks(Model::i386, call, false, false) == 280);
    CHECK(clocks(Model::i386, jump, true, true, flag::fixed | flag::vm) == 226);
    CHECK(clocks(Model::i486, jump, true, true) == 42 + 162);
    CHECK(clocks(Model::i486, jump_gate, true, false) == 43 + 143);
    CHECK(clocks(Model::i486, call, true, true) == 37 + 162);
    CHECK(clocks(Model::i486, call_gate, true, true) == 38 + 162);
    CHECK(clocks(Model::pentium, jump, true, true) == 19 + 85);
    CHECK(clocks(Model::pentium, call, true, true, flag::fixed | flag::vm) == 21 + 71);
}

TEST_CASE("clocks of iret to the task before", "[tasks][clocks]") {
    Rings m(3, Model::i386);
    prepare(m);
    m.code(new_eip, "cf");
    m.gate(0x2E, Rings::interrupt32, 3);
    m.run("9a 00 00 00 00 33 00 cd 2e");
    const Transition& t = m.transitions.at(1);
    CHECK(t.clock_after.value - t.clock_before.value == 275);
}

TEST_CASE("who may switch: DPL of the TSS or gate against CPL and RPL", "[tasks]") {
    const auto faults = [](unsigned dpl, std::uint16_t selector, Vector vector,
                           std::uint32_t error_code, unsigned ring = 3) {
        bool all = true;
        for (const std::string_view code : {"ff 1d 00 50 00 00", "ff 2d 00 50 00 00"}) {
            Rings m(ring);
            prepare(m);
            task(m, Rings::other_task, new_task, 9, dpl);
            task_gate(m, Rings::other_task, dpl);
            m.set_dword(0x5004, selector);
            m.run(code);
            all = m.faulted(vector, 0, error_code) && all;
        }
        return all;
    };
    CHECK(faults(2, Rings::other_task | 3, gp, Rings::other_task));
    CHECK(faults(2, Rings::other_task, gp, Rings::other_task));
    CHECK(faults(0, Rings::other_task | 1, gp, Rings::other_task, 0));
    CHECK(faults(2, Rings::spare, gp, Rings::spare));
    CHECK(faults(0, Rings::spare | 1, gp, Rings::spare, 0));
}

TEST_CASE("through a task gate the TSS's own DPL does not count", "[tasks]") {
    Rings m;
    prepare(m);
    task(m, Rings::other_task, new_task, 9, 0);
    m.run(call_gate);
    CHECK(m.cpu.eip == new_eip + 1);
}

TEST_CASE("what is wrong with the TSS is a fault of the old task", "[tasks]") {
    const auto faults = [](std::string_view code, std::uint16_t to, std::uint32_t low,
                           std::uint32_t high, Vector vector, std::uint32_t error_code) {
        Rings m;
        prepare(m);
        task_gate(m, to);
        m.descriptor(Rings::other_task, low, high);
        m.run(code);
        CHECK(type_of(m, Rings::task) == busy);
        CHECK((m.cpu.cr0 & cr0::ts) == 0);
        return m.faulted(vector, 0, error_code);
    };
    constexpr std::uint32_t low = (new_task << 16) | 0x67;
    constexpr std::uint32_t low16 = (new_task << 16) | 0x2B;
    for (const bool is_call : {false, true}) {
        const std::string_view direct = is_call ? call : jump;
        const std::string_view gate = is_call ? call_gate : jump_gate;
        CHECK(faults(direct, 0, low, 0xEB00, gp, Rings::other_task));  // busy
        CHECK(faults(direct, 0, low, 0x6900, np, Rings::other_task));
        CHECK(faults(direct, 0, low - 1, 0xE900, ts, Rings::other_task));
        CHECK(faults(direct, 0, low16 - 1, 0xE100, ts, Rings::other_task));
        CHECK(faults(gate, 0, low, 0xE900, gp, 0));
        CHECK(faults(gate, 0x50, low, 0xE900, gp, 0x50));
        CHECK(faults(gate, Rings::other_task | 4, low, 0xE900, gp, Rings::other_task | 4));
        CHECK(faults(gate, Rings::data0, low, 0xE900, gp, Rings::data0));
        CHECK(faults(gate, Rings::other_task, low, 0xEB00, gp, Rings::other_task));
        CHECK(faults(gate, Rings::other_task, low, 0x6900, np, Rings::other_task));
        CHECK(faults(gate, Rings::other_task, low - 1, 0xE900, ts, Rings::other_task));
    }
}

TEST_CASE("an absent task gate is #NP with the gate's selector", "[tasks]") {
    Rings m;
    prepare(m);
    m.descriptor(Rings::spare, std::uint32_t{Rings::other_task} << 16, 0x6500);
    m.run(call_gate);
    CHECK(m.faulted(np, 0, Rings::spare));
}

TEST_CASE("a TSS in the LDT is no target", "[tasks]") {
    Rings m;
    m.cpu.ldtr = {Selector{Rings::ldt}, {Rings::ldt_base}, 0x1F, SystemType::ldt, true};
    m.set_dword(Rings::ldt_base + 8, (new_task << 16) | 0x67);
    m.set_dword(Rings::ldt_base + 12, 0xE900);
    m.run("9a 00 00 00 00 0f 00");
    CHECK(m.faulted(gp, 0, 0x0C));
}

TEST_CASE("a task gate in the LDT leads to a TSS in the GDT", "[tasks]") {
    Rings m;
    prepare(m);
    m.cpu.ldtr = {Selector{Rings::ldt}, {Rings::ldt_base}, 0x1F, SystemType::ldt, true};
    m.set_dword(Rings::ldt_base + 8, std::uint32_t{Rings::other_task} << 16);
    m.set_dword(Rings::ldt_base + 12, 0xE500);
    m.run("9a 00 00 00 00 0f 00");
    CHECK(m.cpu.eip == new_eip + 1);
}

TEST_CASE("a current TSS too small to save the task in is #TS with its selector", "[tasks]") {
    const auto run = [](SystemType type, std::uint32_t limit) {
        Rings m(0);
        prepare(m);
        m.cpu.tr.type = type;
        m.cpu.tr.limit = limit;
        m.run(jump);
        if (m.transitions.at(0).kind == TransitionKind::task_jump) {
            return true;
        }
        CHECK(m.faulted(ts, 0, Rings::task));
        return false;
    };
    CHECK(run(SystemType::tss32_busy, 0x5F));
    CHECK_FALSE(run(SystemType::tss32_busy, 0x5E));
    CHECK(run(SystemType::tss16_busy, 0x29));
    CHECK_FALSE(run(SystemType::tss16_busy, 0x28));
}

TEST_CASE("iret from a nested task: what is wrong with the linked TSS is #TS", "[tasks]") {
    const auto faults = [](std::uint32_t link, std::uint32_t low, std::uint32_t high, Vector vector,
                           std::uint32_t error_code) {
        Rings m(0);
        m.cpu.set_eflags(flag::nt);
        m.set_dword(old_task, link);
        m.descriptor(Rings::other_task, low, high);
        m.run("cf");
        CHECK((m.cpu.cr0 & cr0::ts) == 0);
        return m.faulted(vector, 0, error_code);
    };
    constexpr std::uint32_t low = (new_task << 16) | 0x67;
    CHECK(faults(0, low, 0x8B00, ts, 0));
    CHECK(faults(0x50, low, 0x8B00, ts, 0x50));
    CHECK(faults(0x34, low, 0x8B00, ts, 0x34));
    CHECK(faults(Rings::data0, low, 0x8B00, ts, Rings::data0));
    CHECK(faults(Rings::other_task, low, 0x8900, ts, Rings::other_task));  // not busy
    CHECK(faults(Rings::other_task, low, 0x0B00, np, Rings::other_task));
    CHECK(faults(Rings::other_task, low - 1, 0x8B00, ts, Rings::other_task));
}

TEST_CASE("a page of either TSS that is missing is #PF in the old task", "[tasks]") {
    SECTION("the new one") {
        Rings m(0);
        m.enable_paging();
        prepare(m);
        task(m, Rings::other_task, 0x7FC0, 9);  // its second half lies in the next page
        m.unmap(0x8000);
        m.run(jump);
        CHECK(m.faulted(Vector::page_fault, 0, 0));
        CHECK(m.cpu.cr2 == 0x8000);
        CHECK((m.cpu.cr0 & cr0::ts) == 0);
        CHECK(type_of(m, Rings::task) == busy);
    }
    SECTION("the old one") {
        Rings m(0);
        m.enable_paging();
        prepare(m);
        task(m, Rings::task, 0x7FC0, 11);
        m.cpu.tr.base = {0x7FC0};
        m.unmap(0x8000);
        m.run(jump);
        CHECK(m.faulted(Vector::page_fault, 0, 2));
        CHECK(m.cpu.cr2 == 0x8000);
        CHECK(type_of(m, Rings::other_task) == available);
    }
}

TEST_CASE("without paging a task switch leaves CR3 alone", "[tasks]") {
    Rings m;
    prepare(m);
    m.set_dword(new_task + 0x1C, 0x82000);
    m.run(jump);
    CHECK(m.cpu.cr3 == 0);
}

TEST_CASE("a 16-bit task keeps CR3", "[tasks]") {
    Rings m(0);
    m.enable_paging();
    task(m, Rings::other_task, new_task, 1);
    fill16(m, new_task);
    m.run(jump);
    CHECK(m.cpu.eip == 0x8001);
    CHECK(m.cpu.cr3 == 0x80000);
}

TEST_CASE("a task switch clears the local breakpoints", "[tasks]") {
    Rings m(0);
    prepare(m);
    m.cpu.dr7 = dr7::ones | 0x3FF;
    m.run(jump);
    CHECK(m.cpu.dr7 == (dr7::ones | 0x2AA));
}

TEST_CASE("the new task's segments: LDT, CS, SS, then the data segments", "[tasks]") {
    struct Row {
        std::uint32_t offset;
        std::uint32_t selector;
        std::uint32_t high;  ///< of the spare descriptor
        Vector vector;
        std::uint32_t error_code;
    };
    constexpr std::uint16_t spare = Rings::spare2;
    constexpr auto ss = Vector::stack_fault;
    for (const Row& row : {
             Row{0x60, Rings::data0, 0, ts, Rings::data0},
             Row{0x60, 0x50, 0, ts, 0x50},
             Row{0x60, 0x0C, 0, ts, 0x0C},
             Row{0x60, spare, 0x0200, ts, spare},  // an LDT that is not present
             Row{0x4C, 0, 0, ts, 0},
             Row{0x4C, 0x50, 0, ts, 0x50},
             Row{0x4C, Rings::data0, 0, ts, Rings::data0},
             Row{0x4C, Rings::code0 | 1, 0, ts, Rings::code0},
             Row{0x4C, spare, Rings::conforming32 | Rings::dpl(1), ts, spare},
             Row{0x4C, spare, Rings::code32 & ~Rings::present, np, spare},
             Row{0x50, 0, 0, ts, 0},
             Row{0x50, 0x50, 0, ts, 0x50},
             Row{0x50, Rings::data0 | 1, 0, ts, Rings::data0},
             Row{0x50, Rings::data3, 0, ts, Rings::data3 & 0xFFFC},
             Row{0x50, Rings::code0, 0, ts, Rings::code0},
             Row{0x50, spare, Rings::data32 & ~Rings::present, ss, spare},
             Row{0x48, 0x50, 0, ts, 0x50},
             Row{0x54, Rings::data0 | 1, 0, ts, Rings::data0},
             Row{0x58, spare, Rings::execute_only, ts, spare},
             Row{0x5C, spare, Rings::data32 & ~Rings::present, np, spare},
         }) {
        CAPTURE(row.offset, row.selector);
        Rings m;
        prepare(m);
        m.descriptor(spare, Rings::flat, row.high);
        m.set_dword(new_task + row.offset, row.selector);
        // A handler that needs neither the new task's stack nor its segments.
        task(m, Rings::spare, 0x3200, 9);
        fill32(m, 0x3200);
        m.gate(static_cast<unsigned>(row.vector), Rings::task_gate, 0, Rings::spare);
        m.run(call);
        REQUIRE(m.transitions.size() == 2);
        CHECK(m.transitions[0].kind == TransitionKind::task_call);
        CHECK(m.transitions[1].vector == row.vector);
        CHECK(m.transitions[1].error_code == row.error_code);
        CHECK(m.dword(new_task + 0x20) == new_eip);
        CHECK(m.word(new_task + row.offset) == row.selector);
        CHECK(m.word(0x3200) == Rings::other_task + 3);
        CHECK(type_of(m, Rings::other_task) == busy);
    }
}

TEST_CASE("EIP beyond the new task's code segment is #GP(0) in the new task", "[tasks]") {
    Rings m;
    prepare(m);
    m.descriptor(Rings::spare2, 0x0FFF, 0x00409A00);
    m.set_dword(new_task + 0x4C, Rings::spare2);
    m.run(call);
    REQUIRE(m.transitions.size() == 2);
    CHECK(m.transitions[1].vector == gp);
    CHECK(m.transitions[1].error_code == 0);
    CHECK(m.transitions[1].before.eip == new_eip);
    CHECK(m.transitions[1].before.esp == new_esp);
}

TEST_CASE("a fault of a new task that an exception entered: EXT is set, the class is its own",
          "[tasks]") {
    Rings m;
    prepare(m);
    m.gate(6, Rings::task_gate, 0, Rings::other_task);
    m.set_dword(new_task + 0x54, 0x50);
    m.run("0f 0b");
    REQUIRE(m.transitions.size() == 2);
    CHECK(m.transitions[1].vector == ts);
    CHECK(m.transitions[1].error_code == 0x51);
}

TEST_CASE("contributory rules hold across a task switch: #GP, then #TS in its task is #DF",
          "[tasks]") {
    Rings m;
    prepare(m);
    m.gate(13, Rings::task_gate, 0, Rings::other_task);
    m.set_dword(new_task + 0x54, 0x50);
    m.run("f4");
    REQUIRE(m.transitions.size() == 2);
    CHECK(m.transitions[0].kind == TransitionKind::task_switch);
    CHECK(m.transitions[1].vector == Vector::double_fault);
    CHECK(m.transitions[1].before.eip == new_eip);
}

TEST_CASE("a 16-bit task gets a 16-bit error code", "[tasks]") {
    Rings m;
    task(m, Rings::other_task, new_task, 1);
    fill16(m, new_task);
    m.gate(13, Rings::task_gate, 0, Rings::other_task);
    m.set_dword(0xBFFC, 0xFFFFFFFF);
    m.descriptor(Rings::spare, Rings::flat, 0x00009200);
    set_word(m, new_task + 0x26, Rings::spare);  // a 16-bit stack
    m.run("f4");
    CHECK(m.esp() == 0xFFFFBFFE);
    CHECK(m.word(0xBFFE) == 0);
    CHECK(m.word(0xBFFC) == 0xFFFF);
}

TEST_CASE("no room for the error code is #SS with EXT in the new task, hence #DF", "[tasks]") {
    Rings m;
    prepare(m);
    m.gate(6, Rings::task_gate, 0, Rings::other_task);
    m.gate(13, Rings::task_gate, 0, Rings::other_task);
    m.descriptor(Rings::spare, 0x0FFF, 0x00409200);
    m.set_dword(new_task + 0x50, Rings::spare);
    m.set_dword(new_task + 0x38, 2);
    CHECK(m.run("f4").kind == ExitKind::shutdown);  // #DF finds no room either
    REQUIRE(m.transitions.size() == 1);
}

TEST_CASE("to a virtual 8086 task: segments are paragraphs, CPL is 3", "[tasks]") {
    Rings m;
    prepare(m);
    fill32(m, new_task, flag::fixed | flag::vm | flag::iopl);
    m.set_dword(new_task + 0x20, 0x100);
    m.set_dword(new_task + 4, Rings::inner_top);
    m.set_dword(new_task + 8, Rings::data0);
    for (std::uint32_t i = 0; i < 6; ++i) {
        m.set_dword(new_task + 0x48 + i * 4, 0x1100 + i * 0x10);
    }
    m.code(0x11200, "f4");  // 1110:0100, hlt: #GP
    m.run(jump);
    const Transition& t = m.transitions.at(0);
    CHECK(t.kind == TransitionKind::task_jump);
    CHECK(t.after.eip == 0x100);
    CHECK((t.after.eflags & flag::vm) != 0);
    REQUIRE(m.transitions.size() >= 2);
    CHECK(m.transitions[1].vector == gp);
    CHECK(m.transitions[1].before.eip == 0x100);
}

TEST_CASE("iret to its own task: the processor does not object", "[tasks]") {
    Rings m(0);
    fill32(m, old_task);
    m.cpu.set_eflags(flag::nt);
    m.set_dword(old_task, Rings::task);
    m.run("cf f4");
    CHECK(m.cpu.eip == Rings::start + 2);
    CHECK(m.transitions.at(0).kind == TransitionKind::task_return);
}
