// SPDX-License-Identifier: MIT
#include <catch2/catch.hpp>

#include <initializer_list>

#include "cpu/privilege/rings.hpp"

using namespace ringside;
using namespace ringside::cpu;
using ringside::test::Rings;

namespace {

constexpr auto gp = Vector::general_protection;
constexpr std::uint32_t target = 0x18000;

/// Puts a frame on the current stack, the top dword first, and runs an iretd there.
Exit iretd(Rings& m, std::initializer_list<std::uint32_t> frame, std::string_view code = "cf") {
    const auto size = static_cast<std::uint32_t>(frame.size() * 4);
    std::uint32_t at = Rings::stack_top - size;
    m.reg(GeneralRegister::esp) = at;
    for (const std::uint32_t value : frame) {
        m.set_dword(at, value);
        at += 4;
    }
    m.code(target, "cd 2e");
    m.gate(0x2E, Rings::interrupt32, 3);
    return m.run(code);
}

}  // namespace

TEST_CASE("iretd to ring 3 loads EIP, CS, EFLAGS, ESP and SS", "[rings]") {
    Rings m(0);
    iretd(m, {target, Rings::code3, flag::intf | flag::cf, 0x45678, Rings::data3});
    REQUIRE(m.transitions.size() == 2);
    const Transition& t = m.transitions[0];
    CHECK(t.kind == TransitionKind::interrupt_return);
    CHECK(t.before.eip == Rings::start);
    CHECK(t.after.eip == target);
    CHECK(t.after.cs.value() == Rings::code3);
    CHECK(t.after.ss.value() == Rings::data3);
    CHECK(t.after.esp == 0x45678);
    CHECK(t.after.eflags == (flag::intf | flag::cf | flag::fixed));
    CHECK(t.clock_after.value - t.clock_before.value == 36);
}

TEST_CASE("iretd: clocks by path and model", "[rings][clocks]") {
    const auto clocks = [](Model model, bool outer) {
        Rings m(0, model);
        if (outer) {
            iretd(m, {target, Rings::code3, 0, 0x45678, Rings::data3});
        } else {
            iretd(m, {target, Rings::code0, 0});
        }
        return m.transitions.at(0).clock_after.value - m.transitions[0].clock_before.value;
    };
    CHECK(clocks(Model::i486, true) == 36);
    CHECK(clocks(Model::i486, false) == 20);
    CHECK(clocks(Model::pentium, true) == 27);
    CHECK(clocks(Model::p6, true) == 90);
    CHECK(clocks(Model::p6, false) == 60);
    CHECK(clocks(Model::i386, true) == 82);
}

TEST_CASE("iretd to the same ring takes three dwords", "[rings]") {
    Rings m(0);
    iretd(m, {target, Rings::code0, flag::zf});
    CHECK(m.transitions.at(0).after.esp == Rings::stack_top);
    CHECK(m.transitions[0].after.eflags == (flag::zf | flag::fixed));
    CHECK(m.transitions[0].after.cs.value() == Rings::code0);
}

TEST_CASE("iret with a 16-bit operand takes words and keeps the upper half of EFLAGS", "[rings]") {
    Rings m(0);
    m.cpu.set_eflags(flag::ac);
    m.code(0x9000, "cd 2e");
    iretd(m, {(std::uint32_t{Rings::code0} << 16) | 0x9000, flag::cf}, "66 cf");
    CHECK(m.transitions.at(0).after.eip == 0x9000);
    CHECK(m.transitions[0].after.esp == Rings::stack_top - 2);
    CHECK(m.transitions[0].after.eflags == (flag::ac | flag::cf | flag::fixed));
}

TEST_CASE("iretd to ring 3 makes ring 0's data segments null and keeps the others", "[rings]") {
    Rings m(0);
    m.descriptor(Rings::spare, Rings::flat, Rings::conforming32);
    load_segment(m.cpu, SegmentRegister::fs, Selector{Rings::data3});
    load_segment(m.cpu, SegmentRegister::gs, Selector{Rings::spare});
    m.cpu.context_changed();
    iretd(m, {target, Rings::code3, 0, 0x45678, Rings::data3});
    CHECK(m.selector(SegmentRegister::ds) == 0);
    CHECK(m.selector(SegmentRegister::es) == 0);
    CHECK(m.selector(SegmentRegister::fs) == Rings::data3);
    CHECK(m.selector(SegmentRegister::gs) == Rings::spare);
}

TEST_CASE("iretd to ring 3 clears the RPL bits of a null selector", "[rings]") {
    Rings m(0);
    load_segment(m.cpu, SegmentRegister::gs, Selector{3});
    iretd(m, {target, Rings::code3, 0, 0x45678, Rings::data3});
    CHECK(m.selector(SegmentRegister::gs) == 0);
}

TEST_CASE("iretd that sets AC in ring 3 makes the next misaligned access #AC", "[rings]") {
    Rings m(0);
    m.cpu.cr0 |= cr0::am;
    m.code(target + 0x100, "a1 01 50 00 00");
    load_segment(m.cpu, SegmentRegister::ds, Selector{Rings::data3});
    load_segment(m.cpu, SegmentRegister::es, Selector{Rings::data3});
    m.cpu.context_changed();
    iretd(m, {target + 0x100, Rings::code3, flag::ac, 0x45678, Rings::data3});
    REQUIRE(m.transitions.size() == 2);
    CHECK(m.transitions[1].vector == Vector::alignment_check);
}

TEST_CASE("iretd at ring 3 changes neither IOPL nor, above it, IF", "[rings]") {
    Rings m;
    m.cpu.set_eflags(flag::intf);
    iretd(m, {target, Rings::code3, flag::iopl | flag::cf | flag::id});
    CHECK(m.transitions.at(0).after.eflags == (flag::intf | flag::cf | flag::id | flag::fixed));

    Rings privileged;
    privileged.cpu.set_eflags(flag::intf | flag::iopl);
    iretd(privileged, {target, Rings::code3, 0});
    CHECK(privileged.transitions.at(0).after.eflags == (flag::iopl | flag::fixed));
}

TEST_CASE("iretd at ring 0 loads IOPL, and no bit that the model lacks", "[rings]") {
    Rings m(0);
    iretd(m, {target, Rings::code0, 0xFFFDFEFF & ~flag::nt});
    CHECK(m.transitions.at(0).after.eflags == 0x00253ED7);
    Rings old(0, Model::i386);
    iretd(old, {target, Rings::code0, 0xFFFDFEFF & ~flag::nt});
    CHECK(old.transitions.at(0).after.eflags == 0x00013ED7);
}

TEST_CASE("iretd: CS faults with its selector at the iretd, ESP unmoved", "[rings]") {
    const auto faults = [](unsigned ring, std::uint32_t cs, std::uint32_t high, Vector vector,
                           std::uint32_t error_code) {
        Rings m(ring);
        m.descriptor(Rings::spare, Rings::flat, high);
        iretd(m, {target, cs, 0, 0x45678, Rings::data3});
        CHECK(m.transitions.at(0).before.esp == Rings::stack_top - 20);
        return m.faulted(vector, 0, error_code);
    };
    CHECK(faults(0, 0, 0, gp, 0));
    CHECK(faults(0, 3, 0, gp, 0));
    CHECK(faults(0, 0x50, 0, gp, 0x50));
    CHECK(faults(0, 0x0C, 0, gp, 0x0C));  // no LDT is loaded
    CHECK(faults(0, Rings::data0, 0, gp, Rings::data0));
    CHECK(faults(0, Rings::task, 0, gp, Rings::task));
    CHECK(faults(3, Rings::code0, 0, gp, Rings::code0));  // RPL below CPL
    CHECK(faults(0, Rings::code0 | 3, 0, gp, Rings::code0));
    CHECK(faults(0, Rings::spare, Rings::code32 | Rings::dpl(3), gp, Rings::spare));
    CHECK(faults(0, Rings::spare, Rings::conforming32 | Rings::dpl(3), gp, Rings::spare));
    CHECK(faults(0, Rings::spare | 3, (Rings::code32 | Rings::dpl(3)) & ~Rings::present,
                 Vector::segment_not_present, Rings::spare));
}

TEST_CASE("iretd to ring 3: SS faults with its selector", "[rings]") {
    const auto faults = [](std::uint32_t ss, std::uint32_t high, Vector vector,
                           std::uint32_t error_code) {
        Rings m(0);
        m.descriptor(Rings::spare, Rings::flat, high);
        iretd(m, {target, Rings::code3, 0, 0x45678, ss});
        CHECK(m.cpu.cpl == 0);
        return m.faulted(vector, 0, error_code);
    };
    CHECK(faults(0, 0, gp, 0));
    CHECK(faults(0x53, 0, gp, 0x50));
    CHECK(faults(Rings::data0, 0, gp, Rings::data0));
    CHECK(faults(Rings::spare | 3, Rings::data32, gp, Rings::spare));
    CHECK(faults(Rings::spare | 3, Rings::read_only | Rings::dpl(3), gp, Rings::spare));
    CHECK(faults(Rings::code3, 0, gp, Rings::code3 & 0xFFFC));
    CHECK(faults(Rings::spare | 3, (Rings::data32 | Rings::dpl(3)) & ~Rings::present,
                 Vector::segment_not_present, Rings::spare));
}

TEST_CASE("iretd: EIP beyond the limit is #GP(0)", "[rings]") {
    for (const bool outer : {false, true}) {
        Rings m(0);
        m.descriptor(Rings::spare, 0x00000FFF, 0x00409A00 | Rings::dpl(outer ? 3 : 0));
        const std::uint32_t cs = Rings::spare | (outer ? 3U : 0U);
        iretd(m, {0x1000, cs, 0, 0x45678, Rings::data3});
        CHECK(m.faulted(gp, 0, 0));
    }
}

TEST_CASE("iretd beyond the end of the stack segment is #SS(0)", "[rings]") {
    Rings m(0);
    m.descriptor(Rings::spare, 0x00000FFF, 0x00409200);
    m.descriptor(Rings::data0, Rings::flat, Rings::data32);
    load_segment(m.cpu, SegmentRegister::ss, Selector{Rings::spare});
    m.cpu.context_changed();
    m.reg(GeneralRegister::esp) = 0xFFC - 4;
    m.run("cf");
    CHECK(m.faulted(Vector::stack_fault, 0, 0));
}

TEST_CASE("iretd to a 16-bit stack loads SP alone", "[rings]") {
    Rings m(0);
    m.descriptor(Rings::spare, Rings::flat, 0x00009200 | Rings::dpl(3));
    iretd(m, {target, Rings::code3, 0, 0x12345678, Rings::spare | 3});
    CHECK(m.transitions.at(0).after.esp == ((Rings::stack_top & 0xFFFF0000U) - 0x10000 + 0x5678));
}

TEST_CASE("iretd at ring 3: VM in the image means nothing", "[rings]") {
    Rings m;
    iretd(m, {target, Rings::code3, flag::vm | flag::cf});
    CHECK(m.transitions.at(0).after.eflags == (flag::cf | flag::fixed));
}
