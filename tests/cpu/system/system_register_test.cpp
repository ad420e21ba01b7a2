// SPDX-License-Identifier: MIT
#include <catch2/catch.hpp>

#include "cpu/privilege/rings.hpp"

using namespace ringside;
using namespace ringside::cpu;
using ringside::test::Rings;

namespace {

constexpr auto gp = Vector::general_protection;

}  // namespace

TEST_CASE("the privileged instructions are #GP(0) in ring 3", "[system]") {
    for (const std::string_view code :
         {"f4", "0f 01 15 00 50 00 00", "0f 01 1d 00 50 00 00", "0f 00 d0", "0f 00 d8", "0f 01 f0",
          "0f 06", "0f 08", "0f 09", "0f 01 3d 00 50 00 00", "0f 20 c0", "0f 22 c0", "0f 20 d8",
          "0f 22 d8", "0f 21 c0", "0f 23 f8", "0f 30", "0f 32"}) {
        CAPTURE(code);
        Rings m(3, Model::p6);
        m.reg(GeneralRegister::ecx) = 0x10;
        m.run(code);
        CHECK(m.faulted(gp, 0, 0));
    }
}

TEST_CASE("lgdt and lidt load, sgdt and sidt store; a 16-bit operand has 24 bits of base",
          "[system]") {
    Rings m(0);
    m.set_dword(0x5000, 0x567800FF);
    m.set_dword(0x5004, 0x00001234);
    m.run(
        "0f 01 15 00 50 00 00 66 0f 01 1d 00 50 00 00 0f 01 05 10 50 00 00 0f 01 0d 20 50 00 00 "
        "f4");
    CHECK(m.cpu.gdtr.base == LinearAddress{0x12345678});
    CHECK(m.cpu.gdtr.limit == 0xFF);
    CHECK(m.cpu.idtr.base == LinearAddress{0x00345678});
    CHECK(m.dword(0x5010) == 0x567800FF);
    CHECK(m.word(0x5014) == 0x1234);
    CHECK(m.dword(0x5020) == 0x567800FF);
    CHECK(m.word(0x5024) == 0x0034);
}

TEST_CASE("lldt: the null selector unloads, others must be an LDT of the GDT", "[system]") {
    const auto faults = [](std::uint16_t selector, std::uint32_t high, Vector vector,
                           std::uint32_t error_code) {
        Rings m(0);
        m.descriptor(Rings::spare, 0, high);
        m.reg(GeneralRegister::eax) = selector;
        m.run("0f 00 d0");
        return m.faulted(vector, 0, error_code);
    };
    CHECK(faults(0x0C, 0, gp, 0x0C));
    CHECK(faults(0x50, 0, gp, 0x50));
    CHECK(faults(Rings::data0, 0, gp, Rings::data0));
    CHECK(faults(Rings::spare, 0x0200, Vector::segment_not_present, Rings::spare));
    Rings m(0);
    m.reg(GeneralRegister::eax) = 0;
    m.run("0f 00 d0 0f 00 c1 f4");
    CHECK_FALSE(m.cpu.ldtr.valid);
    CHECK(m.reg(GeneralRegister::ecx) == 0);
}

TEST_CASE("ltr marks its TSS busy and refuses a busy one", "[system]") {
    Rings m(0);
    m.reg(GeneralRegister::eax) = Rings::other_task;
    m.run("0f 00 d8 0f 00 c9 0f 00 d8");
    CHECK(m.cpu.tr.base == LinearAddress{Rings::other_task_base});
    CHECK(m.descriptor_high(Rings::other_task) == 0x8B00);
    CHECK(m.reg(GeneralRegister::ecx) == Rings::other_task);
    CHECK(m.faulted(gp, 6, Rings::other_task));
    Rings null(0);
    null.run("31 c0 0f 00 d8");
    CHECK(null.faulted(gp, 2, 0));
}

TEST_CASE("mov cr0: impossible combinations are #GP(0), reserved bits keep still", "[system]") {
    const auto after = [](std::uint32_t value, Model model = Model::i486) {
        Rings m(0, model);
        m.reg(GeneralRegister::eax) = value;
        m.run("0f 22 c0 f4");
        if (!m.transitions.empty()) {
            CHECK(m.faulted(gp, 0, 0));
            return 0U;
        }
        return m.cpu.cr0;
    };
    CHECK(after(0x80000000) == 0);         // PG without PE
    CHECK(after(cr0::pe | cr0::nw) == 0);  // NW without CD
    CHECK(after(0x0005003F & ~cr0::pg) == 0x0005003F);
    CHECK(after(0x1FFAFFC1 & ~(cr0::nw | cr0::cd | cr0::pg)) == (cr0::pe | cr0::et));
    CHECK(after(cr0::pe | cr0::ts | cr0::wp, Model::i386) == (cr0::pe | cr0::ts));
}

TEST_CASE("clearing PE leaves the segments as they are, and 32-bit code running", "[system]") {
    Rings m(0);
    m.reg(GeneralRegister::eax) = cr0::et;
    const Exit exit = m.run("90 0f 22 c0 b9 78 56 34 12 f4");
    CHECK(exit.kind == ExitKind::halted);
    CHECK(m.cpu.real_mode());
    CHECK(m.reg(GeneralRegister::ecx) == 0x12345678);
    CHECK(m.cpu.segment(SegmentRegister::ds).flat_data());
}

TEST_CASE("turning paging on takes effect with the next instruction", "[system]") {
    Rings m(0);
    m.enable_paging();
    m.cpu.cr0 &= ~cr0::pg;
    m.cpu.paging_changed();
    m.set_dword(0x81000 + 5 * 4, 0x6007);  // 5000 is another frame there
    m.set_dword(0x5000, 1);
    m.set_dword(0x6000, 2);
    m.reg(GeneralRegister::eax) = cr0::pe | cr0::et | cr0::pg;
    m.run("8b 0d 00 50 00 00 0f 22 c0 8b 15 00 50 00 00 f4");
    CHECK(m.reg(GeneralRegister::ecx) == 1);
    CHECK(m.reg(GeneralRegister::edx) == 2);
}

TEST_CASE("a changed page-table entry is seen after invlpg or mov cr3", "[system]") {
    for (const std::string_view flush : {"0f 01 3d 00 50 00 00", "0f 20 d8 0f 22 d8 90"}) {
        CAPTURE(flush);
        Rings m(0);
        m.enable_paging();
        m.set_dword(0x5000, 1);
        m.set_dword(0x6000, 2);
        // mov ecx,[5000] / mov dword [81014],6007 / mov ebx,[5000] / flush / mov edx,[5000] / hlt
        m.code(Rings::start, "8b 0d 00 50 00 00 c7 05 14 10 08 00 07 60 00 00 8b 1d 00 50 00 00");
        m.code(Rings::start + 22, flush);
        m.code(Rings::start + 29, "8b 15 00 50 00 00 f4");
        CHECK(m.run_on().kind == ExitKind::halted);
        CHECK(m.reg(GeneralRegister::ecx) == 1);
        CHECK(m.reg(GeneralRegister::ebx) == 1);
        CHECK(m.reg(GeneralRegister::edx) == 2);
    }
}

TEST_CASE("cr4 has a bit for each extension that CPUID reports, others are #GP(0)", "[system]") {
    const auto accepts = [](Model model, std::uint32_t value) {
        Rings m(0, model);
        m.reg(GeneralRegister::eax) = value;
        m.run("0f 22 e0 f4");
        return m.transitions.empty() && m.cpu.cr4 == value;
    };
    CHECK(accepts(Model::p6, cr4::tsd | cr4::de | cr4::pse | cr4::pge));
    CHECK_FALSE(accepts(Model::p6, 1U << 5));  // PAE
    CHECK(accepts(Model::p6, cr4::osfxsr | cr4::osxmmexcpt | cr4::pce));
    CHECK(accepts(Model::pentium, cr4::tsd | cr4::de | cr4::pse));
    CHECK_FALSE(accepts(Model::pentium, cr4::pge));
    CHECK(accepts(Model::i486, 0));
    CHECK_FALSE(accepts(Model::i486, cr4::tsd));
    Rings old(0, Model::i386);
    old.run("0f 20 e0");
    CHECK(old.faulted(Vector::invalid_opcode, 0));
}

TEST_CASE("lmsw loads four bits and cannot clear PE; smsw needs no privilege", "[system]") {
    Rings m(0);
    m.reg(GeneralRegister::eax) = 0xFFFE;
    m.run("0f 01 f0 0f 01 e1 f4");
    CHECK(m.cpu.cr0 == (cr0::pe | cr0::mp | cr0::em | cr0::ts | cr0::et));
    CHECK(m.reg(GeneralRegister::ecx) == m.cpu.cr0);
    Rings user;
    user.gate(0x2E, Rings::interrupt32, 3);
    user.run("66 0f 01 e1 cd 2e");
    CHECK((user.reg(GeneralRegister::ecx) & 0xFFFF) == (cr0::pe | cr0::et));
}

TEST_CASE("clts clears TS alone", "[system]") {
    Rings m(0);
    m.cpu.cr0 |= cr0::ts | cr0::mp;
    m.run("0f 06 f4");
    CHECK(m.cpu.cr0 == (cr0::pe | cr0::et | cr0::mp));
}

TEST_CASE("debug registers are storage with fixed bits; DR4 and DR5 are aliases", "[system]") {
    Rings m(0, Model::p6);
    m.reg(GeneralRegister::eax) = 0xFFFFDF00;  // neither GD nor an enabled breakpoint
    m.run("0f 23 c0 0f 23 f0 0f 23 f8 0f 21 f1 0f 21 fa 0f 21 e3 f4");
    CHECK(m.cpu.dr[0] == 0xFFFFDF00);
    CHECK(m.reg(GeneralRegister::ecx) == 0xFFFFCFF0);
    CHECK(m.reg(GeneralRegister::edx) == 0xFFFF0700);
    CHECK(m.reg(GeneralRegister::ebx) == m.reg(GeneralRegister::ecx));

    Rings extended(0, Model::p6);
    extended.cpu.cr4 = cr4::de;
    extended.run("0f 21 e3");
    CHECK(extended.faulted(Vector::invalid_opcode, 0));
}

TEST_CASE("hlt leaves behind itself", "[system]") {
    Rings m(0);
    const Exit exit = m.run("90 f4");
    CHECK(exit.kind == ExitKind::halted);
    CHECK(m.cpu.eip == Rings::start + 2);
    CHECK(m.cpu.clock == 5);
}

TEST_CASE("test registers: TR6 and TR7 on i386, TR3 to TR7 on i486, #UD from pentium on",
          "[system]") {
    const auto outcome = [](Model model, std::string_view code) {
        Rings m(0, model);
        m.reg(GeneralRegister::eax) = 0x12345678;
        m.run(code);
        return m.transitions.empty() ? m.reg(GeneralRegister::ecx)
                                     : static_cast<std::uint32_t>(m.transitions[0].vector);
    };
    constexpr std::string_view tr3 = "0f 26 d8 0f 24 d9 f4";
    constexpr std::string_view tr6 = "0f 26 f0 0f 24 f1 f4";
    constexpr std::uint32_t ud = 6;
    CHECK(outcome(Model::i386, tr6) == 0x12345678);
    CHECK(outcome(Model::i386, tr3) == ud);
    CHECK(outcome(Model::i486, tr6) == 0x12345678);
    CHECK(outcome(Model::i486, tr3) == 0x12345678);
    CHECK(outcome(Model::i486, "0f 24 d1") == ud);
    CHECK(outcome(Model::pentium, tr6) == ud);
    CHECK(outcome(Model::p6, "0f 24 f1") == ud);
    Rings user(3);
    user.run("0f 24 f1");
    CHECK(user.faulted(gp, 0, 0));
}

TEST_CASE("a look-up by TR6 misses: HT of TR7 is clear", "[system]") {
    Rings m(0);
    m.reg(GeneralRegister::eax) = 0x1F;
    m.reg(GeneralRegister::ecx) = 0x1001;
    m.run("0f 26 f8 0f 26 f1 0f 24 fa f4");
    CHECK(m.reg(GeneralRegister::edx) == 0x0F);
}
