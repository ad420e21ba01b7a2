// SPDX-License-Identifier: MIT
#include <catch2/catch.hpp>

#include "cpu/privilege/rings.hpp"

using namespace ringside;
using namespace ringside::cpu;
using ringside::test::Rings;

namespace {

constexpr auto gp = Vector::general_protection;
constexpr std::uint32_t eflags_of_program = flag::intf | flag::cf | flag::fixed;

}  // namespace

TEST_CASE("int 2Eh from ring 3: SS, ESP, EFLAGS, CS and EIP on the stack of the TSS", "[rings]") {
    Rings m;
    m.gate(0x2E, Rings::interrupt32, 3);
    m.cpu.set_eflags(eflags_of_program | flag::nt | flag::ac);
    const Exit exit = m.run("90 cd 2e");
    CHECK(exit.kind == ExitKind::halted);
    CHECK(m.cpu.eip == Rings::handlers + 0x2E1);
    CHECK(m.esp() == Rings::inner_top - 20);
    CHECK(m.dword(Rings::inner_top - 4) == Rings::data3);
    CHECK(m.dword(Rings::inner_top - 8) == Rings::stack_top);
    CHECK(m.dword(Rings::inner_top - 12) == (eflags_of_program | flag::nt | flag::ac));
    CHECK(m.dword(Rings::inner_top - 16) == Rings::code3);
    CHECK(m.dword(Rings::inner_top - 20) == Rings::start + 3);
    CHECK(m.cpu.eflags() == (flag::cf | flag::fixed | flag::ac));
    CHECK(m.cpu.cpl == 0);
    CHECK(m.selector(SegmentRegister::cs) == Rings::code0);
    CHECK(m.selector(SegmentRegister::ss) == Rings::data0);
    CHECK(m.selector(SegmentRegister::ds) == Rings::data3);
}

TEST_CASE("int 2Eh: what the observer is told", "[rings]") {
    Rings m;
    m.gate(0x2E, Rings::interrupt32, 3);
    m.run("90 cd 2e");
    REQUIRE(m.transitions.size() == 1);
    const Transition& t = m.transitions[0];
    CHECK(t.kind == TransitionKind::software_interrupt);
    CHECK(t.vector == Vector{0x2E});
    CHECK_FALSE(t.has_error_code);
    CHECK(t.before.eip == Rings::start + 1);
    CHECK(t.before.cpl() == 3);
    CHECK(t.before.esp == Rings::stack_top);
    CHECK(t.after.eip == Rings::handlers + 0x2E0);
    CHECK(t.after.cpl() == 0);
    CHECK(t.after.esp == Rings::inner_top - 20);
    CHECK(t.clock_before == Cycles{1});
    CHECK(t.clock_after == Cycles{72});
}

TEST_CASE("int n: clocks by ring and model", "[rings][clocks]") {
    struct Row {
        Model model;
        unsigned ring;
        std::uint64_t clocks;
    };
    for (const Row& row :
         {Row{Model::i486, 3, 71}, Row{Model::i486, 0, 44}, Row{Model::pentium, 3, 48},
          Row{Model::p6, 3, 130}, Row{Model::p6, 0, 90}, Row{Model::i386, 3, 99}}) {
        CAPTURE(traits(row.model).name, row.ring);
        Rings m(row.ring, row.model);
        m.gate(0x2E, Rings::interrupt32, 3);
        m.run("cd 2e");
        REQUIRE(m.transitions.size() == 1);
        CHECK(m.transitions[0].clock_after.value - m.transitions[0].clock_before.value ==
              row.clocks);
    }
}

TEST_CASE("int n from ring 0: three dwords on the same stack", "[rings]") {
    Rings m(0);
    m.gate(0x2E, Rings::interrupt32, 0);
    m.cpu.set_eflags(eflags_of_program);
    m.run("cd 2e");
    CHECK(m.esp() == Rings::stack_top - 12);
    CHECK(m.dword(Rings::stack_top - 4) == eflags_of_program);
    CHECK(m.dword(Rings::stack_top - 8) == Rings::code0);
    CHECK(m.dword(Rings::stack_top - 12) == Rings::start + 2);
    CHECK(m.selector(SegmentRegister::ss) == Rings::data0);
}

TEST_CASE("a trap gate leaves IF alone", "[rings]") {
    Rings m;
    m.gate(0x80, Rings::trap32, 3);
    m.cpu.set_eflags(eflags_of_program);
    m.run("cd 80");
    CHECK((m.cpu.eflags() & flag::intf) != 0);
}

TEST_CASE("16-bit gates push words and jump to 16 bits of offset", "[rings]") {
    for (const unsigned type : {Rings::interrupt16, Rings::trap16}) {
        Rings m;
        m.code(0x9000, "f4");
        m.gate_to(0x40, type, 3, Rings::code0, 0xABCD9000);
        m.cpu.set_eflags(eflags_of_program);
        m.run("cd 40");
        CHECK(m.cpu.eip == 0x9001);
        CHECK(m.esp() == Rings::inner_top - 10);
        CHECK(m.word(Rings::inner_top - 2) == Rings::data3);
        CHECK(m.word(Rings::inner_top - 4) == (Rings::stack_top & 0xFFFF));
        CHECK(m.word(Rings::inner_top - 6) == eflags_of_program);
        CHECK(m.word(Rings::inner_top - 8) == Rings::code3);
        CHECK(m.word(Rings::inner_top - 10) == ((Rings::start + 2) & 0xFFFF));
        CHECK(((m.cpu.eflags() & flag::intf) != 0) == (type == Rings::trap16));
    }
}

TEST_CASE("a conforming handler runs at the ring of the program, on its stack", "[rings]") {
    Rings m;
    m.descriptor(Rings::spare, Rings::flat, Rings::conforming32);
    m.code(Rings::handlers + 0x2E0, "90 eb fe");
    m.gate(0x2E, Rings::interrupt32, 3, Rings::spare);
    m.run("cd 2e", 60);
    CHECK(m.cpu.cpl == 3);
    CHECK(m.selector(SegmentRegister::cs) == (Rings::spare | 3));
    CHECK(m.esp() == Rings::stack_top - 12);
    CHECK(m.transitions[0].clock_after == Cycles{44});
}

TEST_CASE("int n with the gate's DPL below CPL: #GP(n*8+2), restartable", "[rings]") {
    Rings m;
    m.gate(0x2E, Rings::interrupt32, 0);
    m.run("90 cd 2e");
    CHECK(m.faulted(gp, 1, 0x2E * 8 + 2));
    CHECK(m.dword(Rings::inner_top - 24) == 0x2E * 8 + 2);
    CHECK(m.dword(Rings::inner_top - 20) == Rings::start + 1);
}

TEST_CASE("int3 and into look at the gate's DPL, int1 does not", "[rings]") {
    {
        Rings m;
        m.run("cc");
        CHECK(m.faulted(gp, 0, 3 * 8 + 2));
    }
    {
        Rings m;
        m.cpu.set_eflags(flag::of);
        m.run("ce");
        CHECK(m.faulted(gp, 0, 4 * 8 + 2));
    }
    {
        Rings m;
        m.run("f1");
        CHECK(m.transitions.at(0).vector == Vector::debug);
        CHECK(m.transitions[0].kind == TransitionKind::exception);
        CHECK(m.dword(Rings::inner_top - 20) == Rings::start + 1);
        CHECK(m.transitions[0].clock_after == Cycles{71});
    }
}

TEST_CASE("int3 pushes the EIP behind it, into only traps when OF is set", "[rings]") {
    {
        Rings m;
        m.gate(3, Rings::interrupt32, 3);
        m.run("cc");
        CHECK(m.transitions.at(0).kind == TransitionKind::software_interrupt);
        CHECK(m.transitions[0].vector == Vector::breakpoint);
        CHECK(m.dword(Rings::inner_top - 20) == Rings::start + 1);
    }
    {
        Rings m;
        m.gate(4, Rings::interrupt32, 3);
        m.gate(0x2E, Rings::interrupt32, 3);
        m.run("ce cd 2e");
        CHECK(m.transitions.at(0).vector == Vector{0x2E});
        CHECK(m.transitions[0].clock_before == Cycles{3});
    }
    {
        Rings m;
        m.gate(4, Rings::interrupt32, 3);
        m.cpu.set_eflags(flag::of);
        m.run("90 ce");
        CHECK(m.transitions.at(0).vector == Vector::overflow);
        CHECK(m.transitions[0].clock_before == Cycles{1});
        CHECK(m.transitions[0].clock_after == Cycles{74});
        CHECK(m.dword(Rings::inner_top - 20) == Rings::start + 2);
    }
}

TEST_CASE("the gate's own faults name its place in the IDT", "[rings]") {
    SECTION("beyond the limit") {
        Rings m;
        m.cpu.idtr.limit = 0x2E * 8 + 6;
        m.run("cd 2e");
        CHECK(m.faulted(gp, 0, 0x2E * 8 + 2));
    }
    SECTION("no gate but a call gate, an LDT, a code segment") {
        for (const unsigned type : {12U, 2U, 0x1AU}) {
            Rings m;
            m.gate(0x2E, type, 3);
            m.run("cd 2e");
            CHECK(m.faulted(gp, 0, 0x2E * 8 + 2));
        }
    }
    SECTION("not present") {
        Rings m;
        m.gate(0x2E, Rings::interrupt32, 3);
        m.set_dword(Rings::idt_base + 0x2E * 8 + 4,
                    m.dword(Rings::idt_base + 0x2E * 8 + 4) & ~Rings::present);
        m.run("cd 2e");
        CHECK(m.faulted(Vector::segment_not_present, 0, 0x2E * 8 + 2));
    }
}

TEST_CASE("the handler's segment: null, beyond the table, no code, outer, absent", "[rings]") {
    const auto faults = [](std::uint16_t selector, std::uint32_t high, Vector vector,
                           std::uint32_t error_code) {
        Rings m;
        if (selector == Rings::spare) {
            m.descriptor(Rings::spare, Rings::flat, high);
        }
        m.gate(0x2E, Rings::interrupt32, 3, selector);
        m.run("cd 2e");
        return m.faulted(vector, 0, error_code);
    };
    CHECK(faults(0, 0, gp, 0));
    CHECK(faults(0x50, 0, gp, 0x50));
    CHECK(faults(Rings::spare, Rings::data32, gp, Rings::spare));
    CHECK(faults(Rings::spare, 0x8900, gp, Rings::spare));
    CHECK(faults(Rings::spare, Rings::code32 & ~Rings::present, Vector::segment_not_present,
                 Rings::spare));
    {
        Rings m(0);
        m.gate(0x2E, Rings::interrupt32, 3, Rings::code3);
        m.run("cd 2e");
        CHECK(m.faulted(gp, 0, 0x18));
    }
}

TEST_CASE("the target beyond the handler's limit: #GP(0)", "[rings]") {
    Rings m;
    m.descriptor(Rings::spare, 0x0000FFFF, 0x00409A00);
    m.gate(0x2E, Rings::interrupt32, 3, Rings::spare);
    m.run("cd 2e");
    CHECK(m.faulted(gp, 0, 0));
}

TEST_CASE("the inner stack: each fault leaves the program restartable", "[rings]") {
    // The exception that follows would need the same stack: its own handler is conforming.
    const auto prepared = [](Rings& m) {
        m.descriptor(Rings::spare2, Rings::flat, Rings::conforming32);
        for (unsigned vector = 10; vector <= 13; ++vector) {
            m.gate_to(vector, Rings::interrupt32, 0, Rings::spare2, Rings::handlers);
        }
        m.code(Rings::handlers, "eb fe");
        m.gate(0x2E, Rings::interrupt32, 3);
    };
    const auto faults = [&](std::uint32_t ss0, std::uint32_t high, Vector vector,
                            std::uint32_t error_code) {
        Rings m;
        prepared(m);
        m.descriptor(Rings::spare, Rings::flat, high);
        m.set_dword(Rings::task_base + 8, ss0);
        m.run("cd 2e", 200);
        CHECK(m.cpu.cpl == 3);
        return m.faulted(vector, 0, error_code);
    };
    constexpr auto ts = Vector::invalid_tss;
    CHECK(faults(0, 0, ts, 0));
    CHECK(faults(0x50, 0, ts, 0x50));
    CHECK(faults(Rings::spare | 3, Rings::data32, ts, Rings::spare));
    CHECK(faults(Rings::spare, Rings::data32 | Rings::dpl(3), ts, Rings::spare));
    CHECK(faults(Rings::spare, Rings::read_only, ts, Rings::spare));
    CHECK(faults(Rings::spare, Rings::code32, ts, Rings::spare));
    CHECK(faults(Rings::spare, Rings::data32 & ~Rings::present, Vector::stack_fault, Rings::spare));
    SECTION("the TSS ends before SS0") {
        Rings m;
        prepared(m);
        m.cpu.tr.limit = 8;
        m.run("cd 2e", 200);
        CHECK(m.faulted(ts, 0, Rings::task));
    }
    SECTION("no room for the frame") {
        Rings m;
        prepared(m);
        m.descriptor(Rings::spare, 0x0000001F, 0x00409200);
        m.set_dword(Rings::task_base + 8, Rings::spare);
        m.set_dword(Rings::task_base + 4, 19);
        m.run("cd 2e", 200);
        CHECK(m.faulted(Vector::stack_fault, 0, Rings::spare));
    }
    SECTION("room to the byte") {
        Rings m;
        prepared(m);
        m.descriptor(Rings::spare, 0x0000001F, 0x00409200);
        m.set_dword(Rings::task_base + 8, Rings::spare);
        m.set_dword(Rings::task_base + 4, 20);
        m.run("cd 2e", 200);
        CHECK(m.transitions.at(0).kind == TransitionKind::software_interrupt);
        CHECK(m.dword(0) == Rings::start + 2);
    }
}

TEST_CASE("room on the inner stack is asked for before the limit of the handler's code",
          "[rings]") {
    Rings m;
    m.descriptor(Rings::spare, 0x0FFF, 0x00409A00);
    m.descriptor(Rings::spare2, 0x0FFF, 0x00409200 | Rings::dpl(0));
    m.gate(0x2E, Rings::interrupt32, 3, Rings::spare);
    m.set_dword(Rings::task_base + 4, 16);
    m.set_dword(Rings::task_base + 8, Rings::spare2);
    // The exception finds room for itself where the TSS has moved on.
    m.gate(12, Rings::task_gate, 0, Rings::other_task);
    m.set_dword(Rings::other_task_base + 0x20, Rings::handlers);
    for (std::uint32_t i = 0; i < 6; ++i) {
        m.set_dword(Rings::other_task_base + 0x48 + i * 4, i == 1 ? Rings::code0 : Rings::data0);
    }
    m.set_dword(Rings::other_task_base + 0x38, Rings::stack_top);
    m.run("cd 2e");
    const Transition& t = m.transitions.at(0);
    CHECK(t.vector == Vector::stack_fault);
    CHECK(t.error_code == Rings::spare2);
    CHECK(t.before.eip == Rings::start);
}

TEST_CASE("a 16-bit inner stack moves SP alone", "[rings]") {
    Rings m;
    m.descriptor(Rings::spare, Rings::flat, 0x00009200);
    m.gate(0x2E, Rings::interrupt32, 3);
    m.set_dword(Rings::task_base + 8, Rings::spare);
    m.set_dword(Rings::task_base + 4, 0x12340008);
    m.run("cd 2e");
    CHECK(m.esp() == 0x1234FFF4);
    CHECK(m.dword(4) == Rings::data3);
    CHECK(m.dword(0xFFF4) == Rings::start + 2);
}

TEST_CASE("a frame that crosses into a missing page changes nothing", "[rings]") {
    Rings m;
    m.enable_paging();
    m.gate(0x2E, Rings::interrupt32, 3);
    m.set_dword(Rings::task_base + 4, Rings::inner_top + 8);
    m.unmap(Rings::inner_top - 1);
    // The page fault needs a stack of its own: a conforming handler in ring 3.
    m.descriptor(Rings::spare2, Rings::flat, Rings::conforming32);
    m.gate_to(14, Rings::interrupt32, 0, Rings::spare2, Rings::handlers);
    m.code(Rings::handlers, "eb fe");
    m.run("cd 2e", 400);
    CHECK(m.faulted(Vector::page_fault, 0, 2));
    CHECK(m.cpu.cr2 == Rings::inner_top - 4);
    CHECK(m.selector(SegmentRegister::ss) == Rings::data3);
    CHECK(m.esp() == Rings::stack_top - 16);
}

TEST_CASE("bound: inside goes on, outside is #BR at the instruction", "[rings]") {
    Rings inside;
    inside.set_dword(0x5000, 0xFFFFFFFE);
    inside.set_dword(0x5004, 7);
    inside.gate(0x2E, Rings::interrupt32, 3);
    inside.reg(GeneralRegister::eax) = 7;
    inside.run("62 05 00 50 00 00 cd 2e");
    CHECK(inside.transitions.at(0).vector == Vector{0x2E});

    Rings below;
    below.set_dword(0x5000, 0xFFFFFFFE);
    below.set_dword(0x5004, 7);
    below.reg(GeneralRegister::eax) = 0xFFFFFFFD;
    below.run("62 05 00 50 00 00");
    CHECK(below.faulted(Vector::bound_range, 0));
    CHECK(below.transitions[0].clock_after == Cycles{95});
}

TEST_CASE("ud2, ud1 and ud0 are #UD", "[rings]") {
    for (const std::string_view code : {"0f 0b", "0f b9 c0", "0f ff c0"}) {
        Rings m(3, Model::p6);
        m.run(code);
        CHECK(m.faulted(Vector::invalid_opcode, 0));
    }
}
