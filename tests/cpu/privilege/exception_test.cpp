// SPDX-License-Identifier: MIT
#include <catch2/catch.hpp>

#include "cpu/privilege/interrupt.hpp"
#include "cpu/privilege/rings.hpp"

using namespace ringside;
using namespace ringside::cpu;
using ringside::test::Rings;

namespace {

constexpr auto gp = Vector::general_protection;
constexpr auto np = Vector::segment_not_present;

/// hlt is privileged: #GP(0) at its own EIP.
constexpr std::string_view faulting = "90 f4";

void remove_gate(Rings& m, unsigned vector) {
    m.gate(vector, Rings::interrupt32, 0);
    m.set_dword(Rings::idt_base + vector * 8 + 4,
                m.dword(Rings::idt_base + vector * 8 + 4) & ~Rings::present);
}

}  // namespace

TEST_CASE("a fault pushes its error code and sets RF in the image", "[rings]") {
    Rings m;
    m.run(faulting);
    CHECK(m.faulted(gp, 1));
    CHECK(m.esp() == Rings::inner_top - 24);
    CHECK(m.dword(Rings::inner_top - 24) == 0);
    CHECK(m.dword(Rings::inner_top - 20) == Rings::start + 1);
    CHECK((m.dword(Rings::inner_top - 12) & flag::rf) != 0);
    CHECK((m.cpu.eflags() & flag::rf) == 0);
}

TEST_CASE("a fault without an error code pushes five dwords", "[rings]") {
    Rings m;
    m.run("0f 0b");
    CHECK(m.faulted(Vector::invalid_opcode, 0));
    CHECK(m.esp() == Rings::inner_top - 20);
    CHECK(m.transitions.at(0).clock_after == Cycles{75});
}

TEST_CASE("a 16-bit gate pushes a 16-bit error code", "[rings]") {
    Rings m;
    m.code(0x9000, "f4");
    m.gate_to(13, Rings::interrupt16, 0, Rings::code0, 0x9000);
    m.run(faulting);
    CHECK(m.esp() == Rings::inner_top - 12);
}

TEST_CASE("an exception's gate needs no DPL, an absent one is #NP with EXT set", "[rings]") {
    Rings m;
    remove_gate(m, 6);
    m.run("0f 0b");
    CHECK(m.faulted(np, 0, 6 * 8 + 2 + 1));
}

TEST_CASE("hardware interrupts: no error code, EXT set for faults on the way", "[rings]") {
    SECTION("taken when IF is set") {
        Rings m;
        m.gate(0x30, Rings::interrupt32, 0);
        m.cpu.set_eflags(flag::intf);
        m.cpu.pending_interrupt = Vector{0x30};
        m.run("90");
        REQUIRE(m.transitions.size() == 1);
        CHECK(m.transitions[0].kind == TransitionKind::hardware_interrupt);
        CHECK(m.dword(Rings::inner_top - 20) == Rings::start);
        CHECK((m.dword(Rings::inner_top - 12) & flag::rf) == 0);
        CHECK(m.transitions[0].clock_after == Cycles{82});
    }
    SECTION("held back while IF is clear") {
        Rings m(0);
        m.gate(0x30, Rings::interrupt32, 0);
        m.cpu.pending_interrupt = Vector{0x30};
        m.run("90 f4");
        CHECK(m.transitions.empty());
    }
    SECTION("absent gate") {
        Rings m;
        remove_gate(m, 0x30);
        m.cpu.set_eflags(flag::intf);
        m.cpu.pending_interrupt = Vector{0x30};
        m.run("90");
        CHECK(m.faulted(np, 0, 0x30 * 8 + 2 + 1));
    }
    SECTION("a missing handler segment") {
        Rings m;
        m.gate(0x30, Rings::interrupt32, 0, 0x50);
        m.cpu.set_eflags(flag::intf);
        m.cpu.pending_interrupt = Vector{0x30};
        m.run("90");
        CHECK(m.faulted(gp, 0, 0x50 + 1));
    }
}

TEST_CASE("iret that sets IF lets a waiting interrupt in before the next instruction", "[rings]") {
    Rings m(0);
    m.gate(0x30, Rings::interrupt32, 0);
    m.cpu.pending_interrupt = Vector{0x30};
    // pushing EFLAGS with IF, CS, and the EIP of the nop / iretd / nop
    m.run("68 00 02 00 00 0e 68 0c 00 01 00 cf 90 f4");
    REQUIRE(m.transitions.size() == 2);
    CHECK(m.transitions[1].kind == TransitionKind::hardware_interrupt);
    CHECK(m.transitions[1].before.eip == Rings::start + 12);
}

TEST_CASE("mov ss holds interrupts back for one instruction", "[rings]") {
    Rings m(0);
    m.gate(0x30, Rings::interrupt32, 0);
    m.gate(0x31, Rings::interrupt32, 0);
    m.cpu.set_eflags(flag::intf);
    m.reg(GeneralRegister::eax) = Rings::data0;
    // A deadline after one clock stops behind mov ss; then the interrupt arrives.
    m.run("8e d0 bc 00 00 04 00 90 f4", 1);
    m.cpu.pending_interrupt = Vector{0x30};
    m.run_on();
    REQUIRE(m.transitions.size() == 1);
    CHECK(m.transitions[0].before.eip == Rings::start + 7);
}

TEST_CASE("contributory rules: contributory after contributory is #DF", "[rings]") {
    Rings m;
    remove_gate(m, 13);
    m.run(faulting);
    CHECK(m.faulted(Vector::double_fault, 1, 0));
    CHECK(m.dword(Rings::inner_top - 24) == 0);
}

TEST_CASE("contributory rules: a fault of a benign exception's gate is just that fault",
          "[rings]") {
    Rings m;
    remove_gate(m, 6);
    m.run("0f 0b");
    CHECK(m.faulted(np, 0, 6 * 8 + 2 + 1));
}

TEST_CASE("contributory rules: page fault after page fault is #DF, with the second CR2",
          "[rings]") {
    Rings m;
    m.enable_paging();
    // #PF's handler stack is missing; the double fault's handler is conforming and needs none.
    m.descriptor(Rings::spare2, Rings::flat, Rings::conforming32);
    m.gate_to(8, Rings::interrupt32, 0, Rings::spare2, Rings::handlers);
    m.code(Rings::handlers, "eb fe");
    m.unmap(Rings::inner_top - 1);
    m.unmap(0x50000);
    m.run("a1 00 00 05 00", 400);
    CHECK(m.faulted(Vector::double_fault, 0));
    CHECK(m.cpu.cr2 == Rings::inner_top - 4);
}

TEST_CASE("contributory rules: contributory after page fault is #DF", "[rings]") {
    Rings m;
    m.enable_paging();
    remove_gate(m, 14);
    m.unmap(0x50000);
    m.run("a1 00 00 05 00");
    CHECK(m.faulted(Vector::double_fault, 0));
    CHECK(m.cpu.cr2 == 0x50000);
}

TEST_CASE("contributory rules: page fault after contributory is the page fault", "[rings]") {
    Rings m;
    m.enable_paging();
    m.gate(13, Rings::interrupt32, 0, Rings::spare);
    m.cpu.gdtr.base = {0x70000 - 0x40};  // the entry of the spare selector begins a page
    for (std::uint32_t i = 0; i < 0x40; i += 4) {
        m.set_dword(0x70000 - 0x40 + i, m.dword(Rings::gdt_base + i));
    }
    m.unmap(0x70000);
    m.run(faulting);
    CHECK(m.faulted(Vector::page_fault, 1, 0));
    CHECK(m.cpu.cr2 == 0x70000);
}

TEST_CASE("a fault during the double fault's delivery is a triple fault: shutdown", "[rings]") {
    Rings m;
    remove_gate(m, 13);
    remove_gate(m, 8);
    const Exit exit = m.run(faulting);
    CHECK(exit.kind == ExitKind::shutdown);
    CHECK(m.cpu.eip == Rings::start + 1);
    CHECK(m.transitions.empty());
}

TEST_CASE("without an IDT the first exception is a triple fault", "[rings]") {
    Rings m(0);
    m.cpu.idtr.limit = 0;
    CHECK(m.run("0f 0b").kind == ExitKind::shutdown);
}

TEST_CASE("page faults: error code and CR2 as the ring and the access say", "[rings]") {
    Rings m;
    m.enable_paging();
    m.unmap(0x50000);
    m.run("90 c7 05 04 00 05 00 01 00 00 00");
    CHECK(m.faulted(Vector::page_fault, 1, 6));
    CHECK(m.transitions.at(0).page_fault_address == LinearAddress{0x50004});
    CHECK(m.cpu.cr2 == 0x50004);
    CHECK(m.transitions[0].clock_after == Cycles{96});
}

TEST_CASE("single step: #DB behind each instruction, BS set, TF pushed and cleared", "[rings]") {
    Rings m;
    m.cpu.set_eflags(flag::tf);
    m.run("90 90");
    REQUIRE(m.transitions.size() == 1);
    CHECK(m.transitions[0].vector == Vector::debug);
    CHECK(m.dword(Rings::inner_top - 20) == Rings::start + 1);
    CHECK((m.dword(Rings::inner_top - 12) & flag::tf) != 0);
    CHECK((m.dword(Rings::inner_top - 12) & flag::rf) == 0);
    CHECK((m.cpu.dr6 & dr6::single_step) != 0);
}

TEST_CASE("single step: int n is not stepped behind, its handler's iret is", "[rings]") {
    Rings m;
    m.gate(0x2E, Rings::interrupt32, 3);
    m.code(Rings::handlers + 0x2E0, "cf");
    m.cpu.set_eflags(flag::tf);
    m.run("cd 2e 90 90");
    // int, iret, then the nop that runs under the restored TF.
    REQUIRE(m.transitions.size() == 3);
    CHECK(m.transitions[2].vector == Vector::debug);
    CHECK(m.transitions[2].before.eip == Rings::start + 3);
}

TEST_CASE("RF lasts for one instruction, and iretd loads it anew", "[rings]") {
    Rings m(0);
    m.cpu.set_eflags(flag::rf);
    m.run("90 f4");
    CHECK((m.cpu.eflags() & flag::rf) == 0);

    Rings again(0);
    again.cpu.set_eflags(flag::rf);
    again.code(Rings::start, "68 00 00 01 00 0e 68 0c 00 01 00 cf 90 f4");
    again.cpu.eip = Rings::start;
    // Five clocks: through the pushes; the iretd itself comes next.
    again.run_on(5);
    again.cpu.system_flags |= flag::rf;
    again.run_on(1);
    CHECK(again.cpu.eip == Rings::start + 12);
    CHECK((again.cpu.eflags() & flag::rf) != 0);
}

TEST_CASE("hlt under TF does not halt: the trap wakes it", "[rings]") {
    Rings m(0);
    m.cpu.set_eflags(flag::tf);
    m.run("f4 90");
    REQUIRE(m.transitions.size() == 1);
    CHECK(m.dword(Rings::stack_top - 12) == Rings::start + 1);
}

TEST_CASE("an observer may stop the machine behind a transition", "[rings]") {
    struct Stopper : CpuObserver {
        explicit Stopper(Cpu& which) : cpu(which) {}
        void transition(const Transition&) override { cpu.exit.kind = ExitKind::debug_stop; }
        void reached(LinearAddress) override {}
        Cpu& cpu;
    };
    Rings m;
    Stopper stopper(m.cpu);
    m.gate(0x2E, Rings::interrupt32, 3);
    m.cpu.observer = &stopper;
    CHECK(m.run("cd 2e").kind == ExitKind::debug_stop);
    CHECK(m.cpu.eip == Rings::handlers + 0x2E0);
    CHECK(m.run_on().kind == ExitKind::halted);
}
