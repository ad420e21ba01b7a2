// SPDX-License-Identifier: MIT
#include <catch2/catch.hpp>

#include "cpu/fpu/float80.hpp"
#include "support/test_cpu.hpp"

using namespace ringside::cpu;
using ringside::test::TestCpu;
using Page = TestCpu::Page;

namespace {

constexpr std::uint32_t data = TestCpu::data_address;
constexpr Fault no_device{Vector::device_not_available, 0, {}};
constexpr Fault x87_error{Vector::x87_error, 0, {}};

/// After FNINIT, with EBX at the data and numeric exceptions inside the processor.
struct Started {
    explicit Started(std::string_view code, Model model = Model::p6)
        : cpu(TestCpu::running(code, model)) {
        cpu.core().cr0 |= cr0::ne;
        cpu.core().fpu.state.initialize();
        cpu.ebx() = data;
    }
    fpu::State& state() { return cpu.core().fpu.state; }

    TestCpu cpu;
};

}  // namespace

TEST_CASE("fld1; fld st0; faddp: 1 + 1 = 2", "[cpu][fpu]") {
    Started s("d9 e8 d9 c0 de c1");
    s.cpu.step(3);
    CHECK(s.state().st(0) == fpu::make_float80(false, 0x4000, fpu::Float80::integer_bit));
    CHECK(s.state().occupied == 0x80);
}

TEST_CASE("fild dword [ebx]; fstp qword [ebx+8]", "[cpu][fpu]") {
    Started s("db 03 dd 5b 08");
    s.cpu.write<std::uint32_t>(data, 0xFFFFFFFD);
    s.cpu.step(2);
    CHECK(s.cpu.read<std::uint64_t>(data + 8) == 0xC008000000000000);
    CHECK(s.state().occupied == 0);
}

TEST_CASE("fstp tbyte [ebx]: a fault of the second page leaves stack and memory", "[cpu][fpu]") {
    Started s("db 3b");
    s.cpu.ebx() = data + 0xFFC;
    s.state().set_top(7);
    s.state().set(0, fpu::one);
    s.cpu.set_page(data + 0x1000, Page::read_only);
    s.cpu.core().cr0 |= cr0::wp;
    s.cpu.core().paging_changed();
    s.cpu.expect(Fault{Vector::page_fault, 3, {data + 0x1000}});
    s.cpu.step();
    CHECK_FALSE(s.state().empty(0));
    CHECK(s.cpu.read<std::uint32_t>(data + 0xFFC) == 0);
}

TEST_CASE("fnstsw ax; sahf: the classical way to branch on fcom", "[cpu][fpu]") {
    Started s("d9 e8 d9 ee d8 d1 df e0 9e");  // fld1; fldz; fcom st1; fnstsw ax; sahf
    s.cpu.step(5);
    CHECK((s.cpu.flags() & flag::cf) != 0);
    CHECK((s.cpu.flags() & flag::zf) == 0);
}

TEST_CASE("fcomi sets ZF, PF and CF and clears the other flags", "[cpu][fpu]") {
    Started s("db f1");
    s.state().set(0, fpu::one);
    s.state().set(1, fpu::one);
    s.cpu.set_flags(flag::of | flag::sf | flag::af | flag::cf);
    s.cpu.step();
    CHECK(s.cpu.flags() == flag::zf);
}

TEST_CASE("fcmovb st0, st1 looks at CF", "[cpu][fpu]") {
    Started s("da c1");
    s.state().set(0, fpu::zero());
    s.state().set(1, fpu::one);
    s.cpu.set_flags(flag::cf);
    s.cpu.step();
    CHECK(s.state().st(0) == fpu::one);
}

TEST_CASE("fcmov, fcomi and fxsave came with the p6, fisttp after it", "[cpu][fpu]") {
    for (const char* const code : {"da c1", "db f1", "0f ae 03"}) {
        CAPTURE(code);
        Started s(code, Model::pentium);
        s.cpu.expect(Fault::ud());
        s.cpu.step();
    }
    Started s("db 0b", Model::p6);
    s.cpu.expect(Fault::ud());
    s.cpu.step();
}

TEST_CASE("an unmasked exception waits for the next waiting instruction", "[cpu][fpu]") {
    // fld1; fldz; fdivp; fnstsw ax; fnop
    Started s("d9 e8 d9 ee de f9 df e0 d9 d0");
    s.state().control = fpu::Control::loaded(0x037B);
    s.cpu.step(4);
    CHECK((s.cpu.ax() & fpu::status::summary) != 0);
    CHECK((s.cpu.ax() & fpu::status::zero_divide) != 0);
    s.cpu.expect(x87_error);
    s.cpu.step();
    CHECK(s.cpu.offset() == 8);
}

TEST_CASE("fwait raises what is pending", "[cpu][fpu]") {
    Started s("9b");
    s.state().status = fpu::status::summary;
    s.cpu.expect(x87_error);
    s.cpu.step();
    CHECK(s.cpu.offset() == 0);
}

TEST_CASE("fnclex, fninit, fnstcw, fnstenv and fnsave do not wait", "[cpu][fpu]") {
    for (const char* const code : {"db e2", "db e3", "d9 3b", "d9 33", "dd 33"}) {
        CAPTURE(code);
        Started s(code);
        s.state().status = fpu::status::summary;
        s.cpu.step();
        CHECK(s.cpu.offset() == 2);
    }
}

TEST_CASE("with NE clear the processor stands still before the waiting instruction", "[cpu][fpu]") {
    Started s("9b");
    s.state().status = fpu::status::summary;
    s.cpu.core().cr0 &= ~cr0::ne;
    CHECK(s.cpu.core().run(1'000'000).kind == ExitKind::halted);
    CHECK(s.cpu.offset() == 0);
}

TEST_CASE("the i386 has no NE: its coprocessor's error is #MF", "[cpu][fpu]") {
    Started s("9b", Model::i386);
    s.state().status = fpu::status::summary;
    s.cpu.core().cr0 &= ~cr0::ne;
    s.cpu.expect(x87_error);
    s.cpu.step();
}

TEST_CASE("#NM comes before #MF", "[cpu][fpu]") {
    Started s("d9 e8");
    s.state().status = fpu::status::summary;
    s.cpu.core().cr0 |= cr0::ts;
    s.cpu.expect(no_device);
    s.cpu.step();
}

TEST_CASE("fst dword [ebx]: unmasked underflow leaves memory alone", "[cpu][fpu]") {
    Started s("d9 13");
    s.state().set(0, fpu::make_float80(false, 1, fpu::Float80::integer_bit));
    s.state().control = fpu::Control::loaded(0x036F);
    s.cpu.write<std::uint32_t>(data, 0x12345678);
    s.cpu.step();
    CHECK(s.cpu.read<std::uint32_t>(data) == 0x12345678);
    CHECK((s.state().status & fpu::status::exceptions) == fpu::status::underflow);
}

TEST_CASE("fnstenv tells of the last instruction that was no control instruction", "[cpu][fpu]") {
    Started s("90 d8 43 04 d9 7b 10 d9 33");  // nop; fadd dword [ebx+4]; fnstcw; fnstenv [ebx]
    s.state().set(0, fpu::one);
    s.cpu.step(4);
    CHECK(s.cpu.read<std::uint32_t>(data + 12) == TestCpu::code_address + 1);
    CHECK(s.cpu.read<std::uint16_t>(data + 16) == 0x08);
    CHECK(s.cpu.read<std::uint16_t>(data + 18) == 0x043);
    CHECK(s.cpu.read<std::uint32_t>(data + 20) == data + 4);
    CHECK(s.cpu.read<std::uint16_t>(data + 24) == 0x10);
    CHECK((s.state().control.value & fpu::status::exceptions) == fpu::status::exceptions);
}

TEST_CASE("66 fnstenv: 14 bytes", "[cpu][fpu]") {
    Started s("66 d9 33");
    s.cpu.write<std::uint16_t>(data + 14, 0xABCD);
    s.cpu.step();
    CHECK(s.cpu.read<std::uint16_t>(data) == 0x037F);
    CHECK(s.cpu.read<std::uint16_t>(data + 4) == 0xFFFF);
    CHECK(s.cpu.read<std::uint16_t>(data + 14) == 0xABCD);
}

TEST_CASE("fnsave [ebx]; frstor [ebx]", "[cpu][fpu]") {
    Started s("dd 33 dd 23");
    s.state().set(0, fpu::one);
    s.cpu.step();
    CHECK(s.state().occupied == 0);
    s.cpu.step();
    CHECK(s.state().st(0) == fpu::one);
    CHECK(s.state().occupied == 1);
}

TEST_CASE("fxsave [ebx]: 16-byte aligned, or #GP(0)", "[cpu][fpu]") {
    Started s("0f ae 03 0f ae 0b");
    s.state().set(0, fpu::one);
    s.cpu.step();
    CHECK(s.cpu.read<std::uint8_t>(data + 4) == 1);
    CHECK(s.cpu.read<std::uint64_t>(data + 32) == fpu::one.significand);
    s.state().initialize();
    s.cpu.step();
    CHECK(s.state().occupied == 1);
    Started odd("0f ae 03");
    odd.cpu.ebx() = data + 8;
    odd.cpu.expect(Fault::gp(0));
    odd.cpu.step();
}

TEST_CASE("after reset every register is a valid zero", "[cpu][fpu]") {
    auto cpu = TestCpu::running("90");
    CHECK(cpu.core().fpu.state.control.value == 0x0040);
    CHECK(cpu.core().fpu.state.occupied == 0xFF);
}

TEST_CASE("an x87 instruction costs its documented clocks", "[cpu][fpu]") {
    Started s("d9 e8 d9 fe", Model::i486);  // fld1; fsin
    s.cpu.step(2);
    CHECK(s.cpu.clock() == ringside::Cycles{4 + 193});
}
