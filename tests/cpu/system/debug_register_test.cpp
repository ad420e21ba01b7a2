// SPDX-License-Identifier: MIT
#include <catch2/catch.hpp>

#include "cpu/privilege/rings.hpp"

using namespace ringside;
using namespace ringside::cpu;
using ringside::test::Rings;

namespace {

constexpr std::uint32_t watched = 0x5000;

enum class WaitsOn : std::uint32_t { instruction, write, port, any };

/// DR7 for breakpoint `n`: globally enabled, of 1, 2 or 4 bytes.
std::uint32_t enable(unsigned n, WaitsOn watch, unsigned bytes = 1) {
    return 2U << (2 * n) | (static_cast<std::uint32_t>(watch) | (bytes - 1) << 2) << (16 + 4 * n);
}

/// Arms DR0 from outside, as if ring 0 had done it.
void arm(Rings& m, WaitsOn watch, std::uint32_t at, unsigned bytes = 1) {
    m.cpu.dr[0] = at;
    m.cpu.dr7 = dr7::ones | enable(0, watch, bytes);
    m.cpu.context_changed();
}

/// The one #DB that came, pushed with this EIP behind the start; B0 to B3, BD, BS, BT of DR6.
bool trapped(const Rings& m, std::uint32_t offset, std::uint32_t causes) {
    const auto& all = m.transitions;
    if (all.empty() || all.front().vector != Vector::debug ||
        all.front().kind != TransitionKind::exception) {
        UNSCOPED_INFO("no #DB came first");
        return false;
    }
    UNSCOPED_INFO("#DB at +" << std::hex << all.front().before.eip - Rings::start << ", DR6 "
                             << m.cpu.dr6);
    return all.front().before.eip == Rings::start + offset && (m.cpu.dr6 & dr6::defined) == causes;
}

/// EFLAGS as the exception pushed them in ring 0.
std::uint32_t pushed_flags(const Rings& m) {
    return m.dword(m.esp() + 8);
}

}  // namespace

TEST_CASE("instruction breakpoint: a fault in front of the instruction, RF pushed clear",
          "[debug]") {
    Rings m(0);
    arm(m, WaitsOn::instruction, Rings::start + 1);
    m.run("90 40 40 f4");
    CHECK(trapped(m, 1, 1));
    CHECK(m.reg(GeneralRegister::eax) == 0);
    CHECK((pushed_flags(m) & flag::rf) == 0);
}

TEST_CASE("instruction breakpoint: RF lets one instruction pass, and goes with it", "[debug]") {
    Rings m(0);
    arm(m, WaitsOn::instruction, Rings::start);
    m.cpu.set_eflags(flag::rf);
    m.run("40 eb fd");  // inc eax / back to it
    CHECK(trapped(m, 0, 1));
    CHECK(m.reg(GeneralRegister::eax) == 1);
}

TEST_CASE("instruction breakpoint: only the first byte counts, prefixes included", "[debug]") {
    Rings inside(0);
    arm(inside, WaitsOn::instruction, Rings::start + 1);
    inside.run("66 40 f4");
    CHECK(inside.transitions.empty());
    Rings first(0);
    arm(first, WaitsOn::instruction, Rings::start);
    first.run("66 40 f4");
    CHECK(trapped(first, 0, 1));
}

TEST_CASE("instruction breakpoint: comes before the faults of fetching and executing", "[debug]") {
    Rings m;
    m.enable_paging();
    m.unmap(0x50000);
    m.cpu.eip = 0x50000;
    arm(m, WaitsOn::instruction, 0x50000);
    m.run_on();
    REQUIRE(m.transitions.size() == 1);
    CHECK(m.transitions[0].vector == Vector::debug);
}

TEST_CASE("instruction breakpoint: none behind mov ss, but behind sti", "[debug]") {
    Rings shadow(0);
    shadow.reg(GeneralRegister::eax) = Rings::data0;
    arm(shadow, WaitsOn::instruction, Rings::start + 2);
    shadow.run("8e d0 90 f4");
    CHECK(shadow.transitions.empty());
    Rings sti(0);
    arm(sti, WaitsOn::instruction, Rings::start + 1);
    sti.run("fb 90 f4");
    CHECK(trapped(sti, 1, 1));
}

TEST_CASE("data breakpoint: a trap behind the instruction that wrote", "[debug]") {
    Rings m(0);
    arm(m, WaitsOn::write, watched);
    m.run("a1 00 50 00 00 c7 05 00 50 00 00 44 33 22 11 90 f4");
    CHECK(trapped(m, 15, 1));
    CHECK(m.dword(watched) == 0x11223344);
    CHECK((pushed_flags(m) & flag::rf) == 0);
}

TEST_CASE("data breakpoint: reads count for read-or-write, fetches never", "[debug]") {
    Rings m(0);
    arm(m, WaitsOn::any, watched);
    m.run("a1 00 50 00 00 90 f4");
    CHECK(trapped(m, 5, 1));
    Rings fetch(0);
    arm(fetch, WaitsOn::any, Rings::start);
    fetch.run("90 f4");
    CHECK(fetch.transitions.empty());
}

TEST_CASE("data breakpoint: the field is aligned to its length, any byte of the access counts",
          "[debug]") {
    const auto hits = [](std::uint32_t at, unsigned bytes, std::string_view code) {
        Rings m(0);
        arm(m, WaitsOn::any, at, bytes);
        m.run(code);
        return !m.transitions.empty();
    };
    constexpr std::string_view byte_5003 = "a0 03 50 00 00 f4";
    constexpr std::string_view dword_4ffd = "a1 fd 4f 00 00 f4";
    CHECK(hits(0x5000, 4, byte_5003));
    CHECK(hits(0x5002, 4, byte_5003));  // the two low bits do not count
    CHECK(hits(0x5003, 2, byte_5003));
    CHECK_FALSE(hits(0x5001, 2, byte_5003));
    CHECK_FALSE(hits(0x5004, 4, byte_5003));
    CHECK(hits(0x5000, 1, dword_4ffd));
    CHECK_FALSE(hits(0x5001, 1, dword_4ffd));
}

TEST_CASE("data breakpoint: read-modify-write, push, call, enter and pusha write", "[debug]") {
    const auto trap_at = [](std::uint32_t at, std::string_view code) {
        Rings m(0);
        arm(m, WaitsOn::write, at, 4);
        m.run(code);
        REQUIRE_FALSE(m.transitions.empty());
        return m.transitions[0].before.eip - Rings::start;
    };
    constexpr std::uint32_t top = Rings::stack_top;
    CHECK(trap_at(watched, "ff 05 00 50 00 00 90 f4") == 6);
    CHECK(trap_at(watched, "0f c1 05 00 50 00 00 90 f4") == 7);
    CHECK(trap_at(top - 4, "50 90 f4") == 1);
    CHECK(trap_at(top - 4, "e8 01 00 00 00 90 90 f4") == 6);
    CHECK(trap_at(top - 16, "60 90 f4") == 1);
    CHECK(trap_at(top - 4, "c8 10 00 00 90 f4") == 4);
}

TEST_CASE("data breakpoint: reserving a frame by enter touches nothing", "[debug]") {
    Rings m(0);
    arm(m, WaitsOn::any, Rings::stack_top - 20, 4);
    m.run("c8 10 00 00 90 f4");
    CHECK(m.transitions.empty());
}

TEST_CASE("data breakpoint: x87 operands of four to ten bytes", "[debug]") {
    for (const std::string_view code :
         {"db e3 d9 05 00 50 00 00 f4", "db e3 dd 05 fc 4f 00 00 f4", "db e3 db 2d f8 4f 00 00 f4",
          "db e3 db 3d f7 4f 00 00 f4", "db e3 d9 35 f0 4f 00 00 f4"}) {
        CAPTURE(code);
        Rings m(0);
        arm(m, WaitsOn::any, watched);
        m.run(code);
        CHECK(trapped(m, 8, 1));
    }
}

TEST_CASE("data breakpoint: rep movsb stops behind the element that hit, RF pushed set",
          "[debug]") {
    Rings m(0);
    m.reg(GeneralRegister::esi) = 0x6000;
    m.reg(GeneralRegister::edi) = watched - 2;
    m.reg(GeneralRegister::ecx) = 5;
    arm(m, WaitsOn::write, watched);
    m.run("f3 a4 90 f4");
    CHECK(trapped(m, 0, 1));
    CHECK(m.reg(GeneralRegister::ecx) == 2);
    CHECK((pushed_flags(m) & flag::rf) != 0);

    Rings last(0);
    last.reg(GeneralRegister::edi) = watched - 2;
    last.reg(GeneralRegister::ecx) = 3;
    arm(last, WaitsOn::write, watched);
    last.run("f3 aa 90 f4");
    CHECK(trapped(last, 2, 1));
    CHECK((pushed_flags(last) & flag::rf) == 0);
}

TEST_CASE("data breakpoint: none for an instruction that faults", "[debug]") {
    Rings m(0);
    m.enable_paging();
    m.unmap(0x6000);
    m.reg(GeneralRegister::esi) = watched;
    m.reg(GeneralRegister::edi) = 0x6000;
    arm(m, WaitsOn::any, watched);
    m.run("a4 f4");  // movsb reads and cannot write
    REQUIRE(m.transitions.size() == 1);
    CHECK(m.transitions[0].vector == Vector::page_fault);
}

TEST_CASE("data breakpoint: on mov ss waits for the next instruction, into int n's handler",
          "[debug]") {
    Rings m(0);
    m.set_dword(watched, Rings::data0);
    arm(m, WaitsOn::any, watched);
    m.run("8e 15 00 50 00 00 90 f4");
    CHECK(trapped(m, 7, 1));

    Rings user;
    user.gate(0x2E, Rings::interrupt32, 3);
    user.set_dword(watched, Rings::data3);
    arm(user, WaitsOn::any, watched);
    user.run("8e 15 00 50 00 00 cd 2e");
    REQUIRE(user.transitions.size() == 2);
    CHECK(user.transitions[1].vector == Vector::debug);
    CHECK(user.transitions[1].before.eip == Rings::handlers + 0x2E0);
}

TEST_CASE("data breakpoint: a frame that int n pushes is met in its handler", "[debug]") {
    Rings m;
    m.gate(0x2E, Rings::interrupt32, 3);
    arm(m, WaitsOn::write, Rings::inner_top - 4, 4);
    m.run("cd 2e");
    REQUIRE(m.transitions.size() == 2);
    CHECK(m.transitions[1].vector == Vector::debug);
    CHECK(m.transitions[1].before.eip == Rings::handlers + 0x2E0);
}

TEST_CASE("data breakpoint and single step of one instruction are one #DB", "[debug]") {
    Rings m(0);
    arm(m, WaitsOn::write, watched);
    m.cpu.set_eflags(flag::tf);
    m.run("a2 00 50 00 00 90 f4");
    CHECK(trapped(m, 5, 1 | dr6::single_step));
    CHECK(m.transitions.size() == 1);
}

TEST_CASE("a breakpoint that is not enabled raises nothing, but is told of with one that is",
          "[debug]") {
    Rings m(0);
    m.cpu.dr = {watched, watched, watched, 0x6000};
    m.cpu.dr7 = dr7::ones | enable(0, WaitsOn::any) | (enable(1, WaitsOn::any) & ~dr7::enables) |
                (enable(2, WaitsOn::port) & ~dr7::enables) | enable(3, WaitsOn::any);
    m.cpu.context_changed();
    m.run("a1 00 60 00 00 a1 00 50 00 00 f4");
    CHECK(trapped(m, 5, 8));
    Rings off(0);
    off.cpu.dr[0] = watched;
    off.cpu.dr7 = dr7::ones | (enable(0, WaitsOn::any) & ~dr7::enables);
    off.cpu.context_changed();
    off.run("a1 00 50 00 00 f4");
    CHECK(off.transitions.empty());
    CHECK(off.cpu.dr6 == dr6::ones);
    Rings both(0);
    both.cpu.dr = {watched, watched, 0, 0};
    both.cpu.dr7 = dr7::ones | enable(0, WaitsOn::any) | (enable(1, WaitsOn::any) & ~dr7::enables);
    both.cpu.context_changed();
    both.run("a1 00 50 00 00 f4");
    CHECK(trapped(both, 5, 3));
}

TEST_CASE("B0 to B3 tell of the last #DB, BD, BS and BT stay until cleared", "[debug]") {
    Rings m(0);
    m.cpu.dr6 |= 0xE | dr6::task_switch | dr6::single_step;
    arm(m, WaitsOn::write, watched);
    m.run("a2 00 50 00 00 f4");
    CHECK(trapped(m, 5, 1 | dr6::task_switch | dr6::single_step));
}

TEST_CASE("local breakpoints count as global ones do until a task switch", "[debug]") {
    Rings m(0);
    m.cpu.dr[0] = watched;
    m.cpu.dr7 = dr7::ones | (enable(0, WaitsOn::write) & ~dr7::enables) | 1;
    m.cpu.context_changed();
    m.run("a2 00 50 00 00 f4");
    CHECK(trapped(m, 5, 1));
}

TEST_CASE("mov dr7 arms the instruction behind it and disarms too", "[debug]") {
    Rings m(0);
    m.reg(GeneralRegister::eax) = watched;
    m.reg(GeneralRegister::ecx) = enable(0, WaitsOn::write);
    // mov dr0,eax / mov dr7,ecx / mov [5000],al / hlt
    m.run("0f 23 c0 0f 23 f9 a2 00 50 00 00 f4");
    CHECK(trapped(m, 11, 1));
    Rings off(0);
    arm(off, WaitsOn::write, watched);
    off.run("31 c0 0f 23 f8 a2 00 50 00 00 f4");
    CHECK(off.transitions.empty());
}

TEST_CASE("a port breakpoint needs CR4.DE and traps behind in and out", "[debug]") {
    const auto run = [](std::uint32_t cr4_value, std::string_view code) {
        Rings m(0, Model::p6);
        m.cpu.cr4 = cr4_value;
        m.reg(GeneralRegister::edx) = 0x3F9;
        arm(m, WaitsOn::port, 0x3F8, 4);
        CHECK(m.run(code).kind == ExitKind::port_io);
        complete_in(m.cpu, 0x55);
        m.run_on();
        return trapped(m, 1, 1);
    };
    CHECK(run(cr4::de, "ec 90 f4"));
    CHECK_FALSE(run(0, "ec 90 f4"));
    Rings m(0, Model::p6);
    m.cpu.cr4 = cr4::de;
    arm(m, WaitsOn::port, 0xE0, 1);
    m.run("e7 df 90 f4");
    m.run_on();
    CHECK(trapped(m, 2, 1));
}

TEST_CASE("insb into a watched byte traps when the port has answered", "[debug]") {
    Rings m(0);
    m.reg(GeneralRegister::edi) = watched;
    arm(m, WaitsOn::write, watched);
    CHECK(m.run("6c 90 f4").kind == ExitKind::port_io);
    complete_in(m.cpu, 0x55);
    m.run_on();
    CHECK(trapped(m, 1, 1));
    CHECK((m.dword(watched) & 0xFF) == 0x55);
}

TEST_CASE("GD: any mov to or from a debug register is #DB with BD, and the handler finds GD clear",
          "[debug]") {
    for (const std::string_view code : {"0f 21 c0", "0f 23 c0", "0f 21 f8", "0f 23 f0"}) {
        CAPTURE(code);
        Rings m(0);
        m.cpu.dr7 |= dr7::general_detect;
        m.run(code);
        CHECK(trapped(m, 0, dr6::register_access));
        CHECK((m.cpu.dr7 & dr7::general_detect) == 0);
        CHECK((pushed_flags(m) & flag::rf) != 0);
    }
    Rings user;
    user.cpu.dr7 |= dr7::general_detect;
    user.run("0f 21 c0");
    CHECK(user.faulted(Vector::general_protection, 0, 0));
}

TEST_CASE("icebp is #DB that sets nothing in DR6 and asks no gate for its DPL", "[debug]") {
    Rings m;
    m.run("f1 90");
    REQUIRE(m.transitions.size() == 1);
    CHECK(m.transitions[0].vector == Vector::debug);
    CHECK(m.dword(Rings::inner_top - 20) == Rings::start + 1);
    CHECK(m.cpu.dr6 == dr6::ones);
}

TEST_CASE("single step: sti and popf trap behind themselves, mov ss one later", "[debug]") {
    const auto trap_at = [](std::string_view code) {
        Rings m(0);
        m.reg(GeneralRegister::eax) = Rings::data0;
        m.set_dword(Rings::stack_top, Rings::data0);
        m.cpu.set_eflags(flag::tf);
        m.run(code);
        REQUIRE_FALSE(m.transitions.empty());
        CHECK(m.transitions[0].vector == Vector::debug);
        return m.transitions[0].before.eip - Rings::start;
    };
    CHECK(trap_at("fb 90 90 f4") == 1);
    CHECK(trap_at("8e d0 90 90 f4") == 3);
    CHECK(trap_at("17 90 90 f4") == 2);
    CHECK(trap_at("9d 90 90 f4") == 1);  // clears TF, and is stepped still
    CHECK(trap_at("8e d8 90 90 f4") == 2);
}

TEST_CASE("single step: popf and iret that set TF run one more instruction", "[debug]") {
    Rings m(0);
    m.run("68 00 01 00 00 9d 90 90 f4");
    CHECK(trapped(m, 7, dr6::single_step));
    Rings back(0);
    back.run("68 00 01 00 00 0e 68 0c 00 01 00 cf 90 90 f4");
    REQUIRE(back.transitions.size() == 2);
    CHECK(back.transitions[1].before.eip == Rings::start + 13);
}

TEST_CASE("single step and a breakpoint on the next instruction are one #DB", "[debug]") {
    Rings m(0);
    arm(m, WaitsOn::instruction, Rings::start + 1);
    m.cpu.set_eflags(flag::tf);
    m.run("90 90 f4");
    CHECK(trapped(m, 1, 1 | dr6::single_step));
}

TEST_CASE("single step: each element of rep stosb, RF clear as silicon has it", "[debug]") {
    Rings m(0);
    m.reg(GeneralRegister::edi) = watched;
    m.reg(GeneralRegister::ecx) = 2;
    m.code(Rings::handlers + 16, "cf");
    m.cpu.set_eflags(flag::tf);
    m.run("f3 aa f4");
    REQUIRE(m.transitions.size() >= 3);
    CHECK(m.transitions[0].before.eip == Rings::start);
    CHECK((m.transitions[0].before.eflags & flag::rf) == 0);
    CHECK(m.transitions[2].before.eip == Rings::start + 2);
}
