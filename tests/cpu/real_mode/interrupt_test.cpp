// SPDX-License-Identifier: MIT
#include <catch2/catch.hpp>

#include "cpu/real_mode/real_machine.hpp"

using namespace ringside;
using namespace ringside::cpu;
using ringside::test::RealMachine;

TEST_CASE("real mode: int n pushes FLAGS, CS and IP, and clears IF, TF and AC", "[real]") {
    RealMachine m;
    m.cpu.set_eflags(flag::fixed | flag::intf | flag::cf | flag::nt | flag::iopl | flag::ac);
    CHECK(m.run("90 cd 40").kind == ExitKind::halted);
    CHECK(m.interrupted(0x40, 1));
    CHECK(m.esp() == RealMachine::top - 6);
    CHECK(m.word(RealMachine::stack, RealMachine::top - 2) == 0x7203);
    CHECK(m.word(RealMachine::stack, RealMachine::top - 4) == RealMachine::code);
    CHECK(m.word(RealMachine::stack, RealMachine::top - 6) == RealMachine::start + 3);
    CHECK(m.cpu.eflags() == (flag::fixed | flag::cf | flag::nt | flag::iopl));
}

TEST_CASE("real mode: the frame has words with a 32-bit operand size too", "[real]") {
    RealMachine m;
    m.run("66 cd 40");
    CHECK(m.esp() == RealMachine::top - 6);
    CHECK(m.word(RealMachine::stack, RealMachine::top - 6) == RealMachine::start + 3);
}

TEST_CASE("real mode: the frame moves SP alone and wraps at 64 KiB", "[real]") {
    RealMachine m;
    m.reg(GeneralRegister::esp) = 0x12340002;
    m.run("cd 40");
    CHECK(m.esp() == 0x1234FFFC);
    CHECK(m.word(RealMachine::stack, 0xFFFE) == RealMachine::code);
}

TEST_CASE("real mode: faults push no error code and the IP of their instruction", "[real]") {
    struct Row {
        std::string_view code;
        unsigned vector;
    };
    for (const Row& row : {Row{"f7 f1", 0},            // div cx
                           Row{"0f 0b", 6},            // ud2
                           Row{"a1 ff ff", 13},        // a word at FFFF
                           Row{"36 a1 ff ff", 12},     // in SS
                           Row{"67 8a 00", 13},        // mov al, [eax] above FFFF
                           Row{"67 36 8a 00", 12}}) {  // by SS
        CAPTURE(row.code);
        RealMachine m;
        m.reg(GeneralRegister::ecx) = 0;
        m.reg(GeneralRegister::eax) = 0x10000;
        m.run(row.code);
        CHECK(m.interrupted(row.vector, 0));
        CHECK(m.esp() == RealMachine::top - 6);
        CHECK(m.word(RealMachine::stack, RealMachine::top - 6) == RealMachine::start);
    }
}

TEST_CASE("real mode: a vector beyond IDTR is #GP, on a 386 interrupt 8", "[real]") {
    RealMachine m;
    m.cpu.idtr.limit = 0x42 * 4 + 2;
    m.run("90 cd 42");
    CHECK(m.interrupted(13, 1));
    RealMachine reached;
    reached.cpu.idtr.limit = 0x42 * 4 + 3;
    reached.run("90 cd 42");
    CHECK(reached.interrupted(0x42, 1));
    RealMachine old(Model::i386);
    old.cpu.idtr.limit = 0x42 * 4 + 2;
    old.run("90 cd 42");
    CHECK(old.interrupted(8, 1));
}

TEST_CASE("real mode: #GP beyond IDTR too is a double fault, that one beyond it shutdown",
          "[real]") {
    RealMachine m;
    m.cpu.idtr.limit = 8 * 4 + 3;
    m.run("90 cd 42");
    CHECK(m.interrupted(8, 1));
    RealMachine none;
    none.cpu.idtr.limit = 0;
    CHECK(none.run("90 cd 42").kind == ExitKind::shutdown);
    CHECK(none.cpu.eip == RealMachine::start + 1);
}

TEST_CASE("real mode: the table lies where LIDT says", "[real]") {
    RealMachine m;
    m.set_dword(0x0600, 0x40 * 4, 0x20000100);
    m.place(0x20100, "f4");
    m.cpu.idtr = {{0x6000}, 0x3FF};
    m.run("cd 40");
    CHECK(m.cpu.eip == 0x101);
}

TEST_CASE("real mode: no room for the frame is a fault without room: shutdown", "[real]") {
    RealMachine m;
    m.reg(GeneralRegister::esp) = 1;
    CHECK(m.run("50").kind == ExitKind::shutdown);  // push ax
    CHECK(m.esp() == 1);
}

TEST_CASE("real mode: int3 and into", "[real]") {
    RealMachine m;
    m.run("cc");
    CHECK(m.interrupted(3, 0));
    CHECK(m.word(RealMachine::stack, RealMachine::top - 6) == RealMachine::start + 1);
    RealMachine overflowing;
    overflowing.cpu.set_eflags(flag::of | flag::fixed);
    overflowing.run("ce");
    CHECK(overflowing.interrupted(4, 0));
    RealMachine quiet;
    quiet.run("ce f4");
    CHECK(quiet.transitions.empty());
}

TEST_CASE("real mode: TF traps behind each instruction, through vector 1", "[real]") {
    RealMachine m;
    m.cpu.set_eflags(flag::tf | flag::fixed);
    m.run("90 90");
    CHECK(m.interrupted(1, 1));
    CHECK(m.word(RealMachine::stack, RealMachine::top - 6) == RealMachine::start + 1);
    CHECK((m.word(RealMachine::stack, RealMachine::top - 2) & flag::tf) != 0);
}

TEST_CASE("real mode: an interrupt from outside wakes a HLT behind STI", "[real]") {
    RealMachine m;
    CHECK(m.run("fb f4").kind == ExitKind::halted);
    m.cpu.pending_interrupt = Vector{0x08};
    m.cpu.run(m.cpu.clock + 1'000'000);
    CHECK(m.interrupted(8, 2));
}

TEST_CASE("real mode: iret takes words, iretd dwords; IF, IOPL and NT are free", "[real]") {
    RealMachine m;
    m.reg(GeneralRegister::esp) = 0x7000;
    m.set_dword(RealMachine::stack, 0x7000, 0x20000400);
    m.set_dword(RealMachine::stack, 0x7004, 0x7EFF);
    m.place(0x20400, "f4");
    m.cpu.set_eflags(flag::fixed | flag::ac);
    m.run("cf");
    CHECK(m.cpu.eip == 0x401);
    CHECK(m.selector(SegmentRegister::cs) == 0x2000);
    CHECK(m.esp() == 0x7006);
    CHECK(m.transitions.at(0).after.eflags == (0x7ED7 | flag::ac));

    RealMachine wide;
    wide.reg(GeneralRegister::esp) = 0x7000;
    wide.set_dword(RealMachine::stack, 0x7000, 0x0400);
    wide.set_dword(RealMachine::stack, 0x7004, 0xABCD2000);
    wide.set_dword(RealMachine::stack, 0x7008, 0xFFFEFEFF);
    wide.place(0x20400, "f4");
    wide.run("66 cf");
    CHECK(wide.cpu.eip == 0x401);
    CHECK(wide.selector(SegmentRegister::cs) == 0x2000);
    CHECK(wide.esp() == 0x700C);
    CHECK(wide.transitions.at(0).after.eflags == (0x7ED7 | flag::ac | flag::id));
}

TEST_CASE("real mode: iret ignores NT", "[real]") {
    RealMachine m;
    m.cpu.set_eflags(flag::nt | flag::fixed);
    m.set_dword(RealMachine::stack, RealMachine::top, 0x20000400);
    m.place(0x20400, "f4");
    CHECK(m.run("cf").kind == ExitKind::halted);
    CHECK(m.cpu.eip == 0x401);
}

TEST_CASE("real mode: iretd to an EIP above FFFF is #GP, the stack unmoved", "[real]") {
    RealMachine m;
    m.reg(GeneralRegister::esp) = 0x7000;
    m.set_dword(RealMachine::stack, 0x7000, 0x10000);
    m.run("66 cf");
    CHECK(m.interrupted(13, 0));
    CHECK(m.esp() == 0x7000 - 6);
}

TEST_CASE("real mode: int n and iret by model", "[real][clocks]") {
    const auto clocks = [](Model model, std::string_view code) {
        RealMachine m(model);
        m.set_dword(RealMachine::stack, RealMachine::top, 0x20000400);
        m.place(0x20400, "f4");
        m.run(code);
        return m.transitions.at(0).clock_after.value - m.transitions[0].clock_before.value;
    };
    CHECK(clocks(Model::i386, "cd 40") == 37);
    CHECK(clocks(Model::i486, "cd 40") == 30);
    CHECK(clocks(Model::pentium, "cd 40") == 16);
    CHECK(clocks(Model::i486, "cc") == 26);
    CHECK(clocks(Model::i386, "cf") == 22);
    CHECK(clocks(Model::i486, "cf") == 15);
    CHECK(clocks(Model::pentium, "cf") == 8);
    CHECK(clocks(Model::i486, "a1 ff ff") == 50);
}
