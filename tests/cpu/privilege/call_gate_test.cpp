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
constexpr auto ss = Vector::stack_fault;

constexpr std::uint32_t target = 0x18000;
constexpr unsigned gate16 = 4;
constexpr unsigned gate32 = 12;
constexpr std::uint16_t gate = 0x50;
constexpr std::uint16_t inner_code = 0x58;  ///< for a test's own code segment
constexpr std::uint16_t inner_data = 0x60;

constexpr std::string_view call = "9a 00 00 00 00 53 00";  // call 0053:00000000
constexpr std::string_view jump = "ea 00 00 00 00 53 00";

struct Gate {
    unsigned type = gate32;
    unsigned dpl = 3;
    unsigned parameters = 0;
    std::uint16_t code = Rings::code0;
    std::uint32_t offset = target;
    bool present = true;
};

void place(Rings& m, const Gate& g = {}) {
    m.cpu.gdtr.limit = 0x67;
    m.descriptor(gate, (std::uint32_t{g.code} << 16) | (g.offset & 0xFFFF),
                 (g.offset & 0xFFFF0000) | (g.present ? Rings::present : 0) | Rings::dpl(g.dpl) |
                     (g.type << 8) | g.parameters);
    m.code(target, "f4");
}

/// The faults of the new stack leave none to be delivered on: they go to conforming handlers.
void conforming_handlers(Rings& m) {
    m.descriptor(Rings::spare2, Rings::flat, Rings::conforming32);
    for (unsigned vector = 10; vector <= 14; ++vector) {
        m.gate_to(vector, Rings::interrupt32, 0, Rings::spare2, Rings::handlers);
    }
    m.code(Rings::handlers, "eb fe");
}

}  // namespace

TEST_CASE("call through a gate to ring 0: the TSS's stack, the caller's SS:ESP and CS:EIP on it",
          "[gates]") {
    Rings m;
    place(m);
    m.run("90 9a 78 56 34 12 53 00");  // the pointer's offset means nothing
    CHECK(m.cpu.eip == target + 1);
    CHECK(m.cpu.cpl == 0);
    CHECK(m.selector(SegmentRegister::cs) == Rings::code0);
    CHECK(m.selector(SegmentRegister::ss) == Rings::data0);
    CHECK(m.esp() == Rings::inner_top - 16);
    CHECK(m.dword(Rings::inner_top - 4) == Rings::data3);
    CHECK(m.dword(Rings::inner_top - 8) == Rings::stack_top);
    CHECK(m.dword(Rings::inner_top - 12) == Rings::code3);
    CHECK(m.dword(Rings::inner_top - 16) == Rings::start + 8);
    const Transition& t = m.transitions.at(0);
    CHECK(t.kind == TransitionKind::gate_call);
    CHECK(t.before.eip == Rings::start + 1);
    CHECK(t.clock_after.value - t.clock_before.value == 69);
}

TEST_CASE("a call gate leaves EFLAGS alone", "[gates]") {
    Rings m;
    place(m);
    m.cpu.set_eflags(flag::intf | flag::nt | flag::cf | flag::df);
    m.run(call);
    CHECK(m.cpu.eflags() == (flag::intf | flag::nt | flag::cf | flag::df | flag::fixed));
}

TEST_CASE("a gate copies its count of parameters, the first on top", "[gates]") {
    for (const unsigned count : {1U, 2U, 31U}) {
        Rings m;
        place(m, {.parameters = count});
        for (std::uint32_t i = 0; i < 40; ++i) {
            m.set_dword(Rings::stack_top + i * 4, 0xA0000000 + i);
        }
        m.run(call);
        CAPTURE(count);
        REQUIRE(m.esp() == Rings::inner_top - 16 - 4 * count);
        CHECK(m.dword(m.esp()) == Rings::start + 7);
        CHECK(m.dword(m.esp() + 4) == Rings::code3);
        for (std::uint32_t i = 0; i < count; ++i) {
            CHECK(m.dword(m.esp() + 8 + i * 4) == 0xA0000000 + i);
        }
        CHECK(m.dword(m.esp() + 8 + count * 4) == Rings::stack_top);
        CHECK(m.transitions.at(0).clock_after == Cycles{77 + 4 * count});
    }
}

TEST_CASE("the parameter count has five bits", "[gates]") {
    Rings m;
    place(m, {.parameters = 0xE1});
    m.run(call);
    CHECK(m.esp() == Rings::inner_top - 20);
}

TEST_CASE("a 16-bit gate: 16 bits of the offset, words pushed and copied", "[gates]") {
    Rings m;
    place(m, {.type = gate16, .parameters = 2, .offset = 0xABCD8000});
    m.code(0x8000, "f4");
    m.set_dword(Rings::stack_top, 0x22221111);
    m.run(call);
    CHECK(m.cpu.eip == 0x8001);
    CHECK(m.esp() == Rings::inner_top - 12);
    CHECK(m.word(Rings::inner_top - 2) == Rings::data3);
    CHECK(m.word(Rings::inner_top - 4) == (Rings::stack_top & 0xFFFF));
    CHECK(m.word(Rings::inner_top - 6) == 0x2222);
    CHECK(m.word(Rings::inner_top - 8) == 0x1111);
    CHECK(m.word(Rings::inner_top - 10) == Rings::code3);
    CHECK(m.word(Rings::inner_top - 12) == ((Rings::start + 7) & 0xFFFF));
}

TEST_CASE("a call gate's retf takes SS:ESP behind the parameters and releases them on both stacks",
          "[gates]") {
    Rings m;
    place(m, {.parameters = 2});
    m.gate(0x2E, Rings::interrupt32, 3);
    m.code(target, "ca 08 00");
    m.run("9a 00 00 00 00 53 00 cd 2e");
    REQUIRE(m.transitions.size() == 3);
    CHECK(m.transitions[1].kind == TransitionKind::far_return);
    CHECK(m.transitions[1].after.eip == Rings::start + 7);
    CHECK(m.transitions[1].after.esp == Rings::stack_top + 8);
    CHECK(m.transitions[1].after.ss.value() == Rings::data3);
}

TEST_CASE("call through a gate to the same ring, or to conforming code, keeps the stack",
          "[gates]") {
    for (const bool conforming : {false, true}) {
        Rings m;
        place(m, {.parameters = 3, .code = inner_code});
        m.descriptor(inner_code, Rings::flat,
                     conforming ? Rings::conforming32 : Rings::code32 | Rings::dpl(3));
        m.code(target, "eb fe");
        m.run(call, 200);
        CHECK(m.transitions.empty());
        CHECK(m.cpu.cpl == 3);
        CHECK(m.selector(SegmentRegister::cs) == (inner_code | 3));
        CHECK(m.esp() == Rings::stack_top - 8);
        CHECK(m.dword(Rings::stack_top - 4) == Rings::code3);
        CHECK(m.dword(Rings::stack_top - 8) == Rings::start + 7);
        CHECK((m.descriptor_high(inner_code) & 0x100) != 0);
    }
}

TEST_CASE("clocks of gates that keep the ring", "[gates][clocks]") {
    const auto clocks = [](std::string_view code, Model model) {
        Rings m(0, model);
        place(m, {.parameters = 3});
        m.set_dword(0x5004, gate);
        m.run(code);
        return m.cpu.clock;
    };
    CHECK(clocks(call, Model::i486) == 35 + 4);
    CHECK(clocks(jump, Model::i486) == 32 + 4);
    CHECK(clocks("ff 1d 00 50 00 00", Model::i486) == 35 + 4);
    CHECK(clocks("ff 2d 00 50 00 00", Model::i486) == 31 + 4);
    CHECK(clocks(call, Model::pentium) - clocks(jump, Model::pentium) == 22 - 18);
}

TEST_CASE("clocks of a call to an inner ring by model", "[gates][clocks]") {
    const auto clocks = [](unsigned parameters, Model model, std::string_view code = call) {
        Rings m(3, model);
        place(m, {.parameters = parameters});
        m.set_dword(0x5004, gate);
        m.run(code);
        const Transition& t = m.transitions.at(0);
        return t.clock_after.value - t.clock_before.value;
    };
    // On the i386 and the one component of the HLT behind the gate.
    CHECK(clocks(0, Model::i386) == 86 + 1);
    CHECK(clocks(5, Model::i386) == 94 + 4 * 5 + 1);
    CHECK(clocks(0, Model::i386, "ff 1d 00 50 00 00") == 90 + 1);
    CHECK(clocks(5, Model::i486) == 77 + 4 * 5);
    CHECK(clocks(0, Model::pentium) == 44);
    CHECK(clocks(5, Model::pentium) == 45 + 2 * 5);
    CHECK(clocks(0, Model::p6) == 120);
    CHECK(clocks(5, Model::p6) == 122 + 3 * 5);
}

TEST_CASE("jmp through a gate: same ring and conforming only, nothing pushed", "[gates]") {
    {
        Rings m(0);
        place(m, {.dpl = 3, .parameters = 5});
        m.run(jump);
        CHECK(m.cpu.eip == target + 1);
        CHECK(m.esp() == Rings::stack_top);
    }
    {
        Rings m;
        place(m, {.code = inner_code});
        m.descriptor(inner_code, Rings::flat, Rings::conforming32);
        m.code(target, "eb fe");
        m.run(jump, 100);
        CHECK(m.cpu.eip == target);
        CHECK(m.selector(SegmentRegister::cs) == (inner_code | 3));
    }
    {
        Rings m;
        place(m);
        m.run(jump);
        CHECK(m.faulted(gp, 0, Rings::code0));
    }
}

TEST_CASE("the gate's own checks name the gate", "[gates]") {
    const auto faults = [](const Gate& g, std::uint16_t selector, Vector vector,
                           std::uint32_t error_code, unsigned ring = 3) {
        bool all = true;
        for (const bool is_call : {false, true}) {
            Rings m(ring);
            place(m, g);
            m.set_dword(0x5004, selector);
            m.run(is_call ? "ff 1d 00 50 00 00" : "ff 2d 00 50 00 00");
            all = m.faulted(vector, 0, error_code) && all;
        }
        return all;
    };
    CHECK(faults({.dpl = 2}, gate | 3, gp, gate));
    CHECK(faults({.dpl = 2}, gate, gp, gate));
    CHECK(faults({.dpl = 0}, gate | 1, gp, gate, 0));  // RPL above the gate's DPL
    CHECK(faults({.dpl = 2, .present = false}, gate | 3, gp, gate));
    CHECK(faults({.present = false}, gate | 3, np, gate));
    // Types that are no targets of far transfers.
    for (const unsigned type : {0U, 2U, 3U, 6U, 7U, 8U, 10U, 11U, 13U, 14U, 15U}) {
        CHECK(faults({.type = type}, gate | 3, gp, gate));
    }
}

TEST_CASE("the gate's code segment: null, beyond the table, no code, outer, absent", "[gates]") {
    const auto faults = [](std::uint16_t code, std::uint32_t high, Vector vector,
                           std::uint32_t error_code, unsigned ring = 3) {
        bool all = true;
        for (const std::string_view transfer : {call, jump}) {
            Rings m(ring);
            place(m, {.code = code});
            m.descriptor(inner_code, Rings::flat, high);
            m.run(transfer);
            all = m.faulted(vector, 0, error_code) && all;
        }
        return all;
    };
    CHECK(faults(0, 0, gp, 0));
    CHECK(faults(3, 0, gp, 0));
    CHECK(faults(0x70, 0, gp, 0x70));
    CHECK(faults(0x0C, 0, gp, 0x0C));  // there is no LDT
    CHECK(faults(inner_code, Rings::data32, gp, inner_code));
    CHECK(faults(inner_code, 0x8900, gp, inner_code));
    CHECK(faults(inner_code, Rings::code32 | Rings::dpl(3), gp, inner_code, 0));
    CHECK(faults(inner_code, Rings::conforming32 | Rings::dpl(3), gp, inner_code, 0));
    CHECK(faults(inner_code, (Rings::conforming32 & ~Rings::present), np, inner_code));
    // EIP beyond the segment's limit: #GP(0).
    CHECK(faults(inner_code, 0x00409E00, gp, 0));
}

TEST_CASE("the gate's RPL bits in its selector do not count", "[gates]") {
    Rings m;
    place(m, {.code = Rings::code0 | 3});
    m.run(call);
    CHECK(m.selector(SegmentRegister::cs) == Rings::code0);
}

TEST_CASE("a call gate in the LDT", "[gates]") {
    Rings m;
    m.cpu.ldtr = {Selector{Rings::ldt}, {Rings::ldt_base}, 0x1F, SystemType::ldt, true};
    m.set_dword(Rings::ldt_base + 8, (std::uint32_t{Rings::code0} << 16) | (target & 0xFFFF));
    m.set_dword(Rings::ldt_base + 12, (target & 0xFFFF0000) | 0xEC00);
    m.code(target, "f4");
    m.run("9a 00 00 00 00 0f 00");
    CHECK(m.cpu.eip == target + 1);
    CHECK(m.cpu.cpl == 0);
}

TEST_CASE("call to ring 1 and 2 takes that ring's stack", "[gates]") {
    for (const unsigned ring : {1U, 2U}) {
        Rings m;
        place(m, {.code = inner_code});
        const auto stack = static_cast<std::uint16_t>(inner_data | ring);
        m.descriptor(inner_code, Rings::flat, Rings::code32 | Rings::dpl(ring));
        m.descriptor(inner_data, Rings::flat, Rings::data32 | Rings::dpl(ring));
        m.set_dword(Rings::task_base + 4 + ring * 8, 0x2C000);
        m.set_dword(Rings::task_base + 8 + ring * 8, stack);
        m.code(target, "eb fe");
        m.run(call, 200);
        CHECK(m.cpu.cpl == ring);
        CHECK(m.selector(SegmentRegister::cs) == (inner_code | ring));
        CHECK(m.selector(SegmentRegister::ss) == stack);
        CHECK(m.esp() == 0x2C000 - 16);
    }
}

TEST_CASE("the inner stack's faults: #TS and #SS name it, nothing has changed", "[gates]") {
    const auto faults = [](std::uint32_t ss0, std::uint32_t low, std::uint32_t high, Vector vector,
                           std::uint32_t error_code) {
        Rings m;
        place(m, {.parameters = 1});
        conforming_handlers(m);
        m.descriptor(inner_data, low, high);
        m.set_dword(Rings::task_base + 8, ss0);
        m.set_dword(Rings::task_base + 4, 0x1000);
        m.run(call, 300);
        CHECK(m.cpu.cpl == 3);
        CHECK(m.transitions.at(0).before.esp == Rings::stack_top);
        return m.faulted(vector, 0, error_code);
    };
    CHECK(faults(0, 0, 0, ts, 0));
    CHECK(faults(0x70, 0, 0, ts, 0x70));
    CHECK(faults(inner_data | 1, Rings::flat, Rings::data32, ts, inner_data));
    CHECK(faults(inner_data, Rings::flat, Rings::data32 | Rings::dpl(1), ts, inner_data));
    CHECK(faults(inner_data, Rings::flat, Rings::read_only, ts, inner_data));
    CHECK(faults(inner_data, Rings::flat, Rings::code32, ts, inner_data));
    CHECK(faults(inner_data, Rings::flat, Rings::data32 & ~Rings::present, ss, inner_data));
    // Room for the frame without its parameter is not enough.
    CHECK(faults(inner_data, 0x00000FFB, 0x00409200, ss, inner_data));
    CHECK(faults(inner_data, 0x00000FEC, 0x00409600, ss, inner_data));
    SECTION("the TSS ends within the entry of ring 0") {
        Rings m;
        place(m);
        conforming_handlers(m);
        m.cpu.tr.limit = 10;
        m.run(call, 300);
        CHECK(m.faulted(ts, 0, Rings::task));
    }
    SECTION("it ends with the entry") {
        Rings m;
        place(m);
        m.cpu.tr.limit = 11;
        m.run(call);
        CHECK(m.cpu.eip == target + 1);
    }
}

TEST_CASE("room on the inner stack is asked before the limit of the code", "[gates]") {
    Rings m;
    place(m, {.code = inner_code});
    conforming_handlers(m);
    m.descriptor(inner_code, 0x0FFF, 0x00409A00);
    m.set_dword(Rings::task_base + 4, 4);
    m.descriptor(inner_data, 0x0FFF, 0x00409200);
    m.set_dword(Rings::task_base + 8, inner_data);
    m.run(call, 300);
    CHECK(m.faulted(ss, 0, inner_data));
}

TEST_CASE("parameters beyond the caller's stack are #SS(0), in a missing page #PF", "[gates]") {
    SECTION("beyond the limit") {
        Rings m;
        place(m, {.parameters = 4});
        m.descriptor(inner_data, 0x00000FFF, 0x00409200 | Rings::dpl(3));
        load_segment(m.cpu, SegmentRegister::ss, Selector{inner_data | 3});
        m.cpu.context_changed();
        m.reg(GeneralRegister::esp) = 0xFF4;
        m.run(call);
        CHECK(m.faulted(ss, 0, 0));
    }
    SECTION("in a missing page") {
        Rings m;
        m.enable_paging();
        place(m, {.parameters = 4});
        m.unmap(0x51000);
        m.reg(GeneralRegister::esp) = 0x50FF8;
        m.run(call);
        CHECK(m.faulted(Vector::page_fault, 0, 4));
        CHECK(m.cpu.cr2 == 0x51004);  // the last parameter is copied first
    }
}

TEST_CASE("an inner stack in a missing page: #PF of the supervisor, restartable", "[gates]") {
    Rings m;
    m.enable_paging();
    place(m);
    conforming_handlers(m);
    m.unmap(Rings::inner_top - 1);
    m.run(call, 300);
    CHECK(m.faulted(Vector::page_fault, 0, 2));
    CHECK(m.cpu.cr2 == Rings::inner_top - 4);
    CHECK(m.transitions.at(0).before.esp == Rings::stack_top);
}

TEST_CASE("a 16-bit TSS has the inner stacks at its own places", "[gates]") {
    Rings m;
    place(m);
    m.cpu.tr.type = SystemType::tss16_busy;
    m.set_dword(Rings::task_base, 0x80000000);  // SP0 8000
    m.set_dword(Rings::task_base + 4, Rings::data0);
    m.run(call);
    CHECK(m.esp() == 0x8000 - 16);
}
