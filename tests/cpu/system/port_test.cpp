// SPDX-License-Identifier: MIT
#include <catch2/catch.hpp>

#include "cpu/privilege/rings.hpp"

using namespace ringside;
using namespace ringside::cpu;
using ringside::test::Rings;

namespace {

constexpr auto gp = Vector::general_protection;

}  // namespace

TEST_CASE("out leaves with port, size and value, EIP behind it", "[ports]") {
    Rings m(0);
    m.reg(GeneralRegister::eax) = 0x11223344;
    const Exit exit = m.run("90 e7 e8 f4");
    CHECK(exit.kind == ExitKind::port_io);
    CHECK(exit.port == 0xE8);
    CHECK(exit.size == 4);
    CHECK(exit.write);
    CHECK(exit.immediate_port);
    CHECK(exit.value == 0x11223344);
    CHECK(m.cpu.eip == Rings::start + 3);
    CHECK(m.cpu.clock == 1 + 11);
    CHECK(m.run_on().kind == ExitKind::halted);
}

TEST_CASE("in takes its value from complete_in, into as much of EAX as it asked for", "[ports]") {
    struct Row {
        std::string_view code;
        unsigned size;
        std::uint32_t eax;
        bool immediate;
    };
    for (const Row& row :
         {Row{"e4 60 f4", 1, 0xFFFFFF78, true}, Row{"66 ed f4", 2, 0xFFFF5678, false},
          Row{"ed f4", 4, 0x12345678, false}}) {
        Rings m(0);
        m.reg(GeneralRegister::eax) = 0xFFFFFFFF;
        m.reg(GeneralRegister::edx) = 0xABCD03F8;
        const Exit exit = m.run(row.code);
        CHECK_FALSE(exit.write);
        CHECK(exit.size == row.size);
        CHECK(exit.port == (row.immediate ? 0x60 : 0x3F8));
        CHECK(exit.immediate_port == row.immediate);
        complete_in(m.cpu, 0x12345678);
        CHECK(m.reg(GeneralRegister::eax) == row.eax);
        CHECK(m.run_on().kind == ExitKind::halted);
    }
}

TEST_CASE("ports above IOPL: #GP(0) when the TSS has no map that reaches there", "[ports]") {
    for (const std::string_view code : {"e4 60", "e6 60", "ed", "ef", "6c", "6e", "e7 e8"}) {
        CAPTURE(code);
        {
            Rings m;  // the map begins at the TSS limit, as where there is none
            m.set_dword(Rings::task_base + 0x64, 0x20AC0000);
            m.run(code);
            CHECK(m.faulted(gp, 0, 0));
        }
        {
            Rings m;  // without a TSS only a conforming handler can be reached
            m.cpu.tr.valid = false;
            m.descriptor(Rings::spare, Rings::flat, Rings::conforming32);
            m.gate_to(13, Rings::interrupt32, 0, Rings::spare, Rings::handlers);
            m.code(Rings::handlers, "eb fe");
            m.run(code, 200);
            CHECK(m.faulted(gp, 0, 0));
        }
    }
}

TEST_CASE("the I/O permission map: a clear bit for each port grants the access", "[ports]") {
    constexpr std::uint32_t map = Rings::task_base + 0x88;
    struct Row {
        std::string_view code;  ///< of 1, 2 or 4 ports from 60h
        std::uint32_t wanted;
        std::uint64_t clocks;
    };
    for (const Row& row : {Row{"e4 60", 1, 28}, Row{"66 e5 60", 3, 29}, Row{"e5 60", 15, 28},
                           Row{"e6 60", 1, 31}, Row{"e7 60", 15, 31}, Row{"ed", 15, 28},
                           Row{"ee", 1, 30}, Row{"6c", 1, 32}, Row{"66 6f", 3, 33}}) {
        for (std::uint32_t bit = 0; bit < 8; ++bit) {
            CAPTURE(row.code, bit);
            Rings m;
            m.cpu.tr.limit = 0x2088;
            m.set_dword(Rings::task_base + 0x64, 0x00880000);
            m.set_dword(map + 0x60 / 8, 1U << bit);
            m.reg(GeneralRegister::edx) = 0x60;
            m.reg(GeneralRegister::esi) = 0x5000;
            m.reg(GeneralRegister::edi) = 0x5000;
            const Exit exit = m.run(row.code);
            if ((row.wanted >> bit & 1U) != 0) {
                CHECK(m.faulted(gp, 0, 0));
            } else {
                CHECK(exit.kind == ExitKind::port_io);
                CHECK(exit.port == 0x60);
                CHECK(m.cpu.clock == row.clocks);
            }
        }
    }
}

TEST_CASE("the I/O permission map: ports of two bytes, and edges at the TSS limit", "[ports]") {
    const auto granted = [](std::uint32_t limit, std::uint32_t base, std::uint32_t port,
                            std::string_view code, std::uint32_t map_bits = 0) {
        Rings m;
        m.cpu.tr.limit = limit;
        m.set_dword(Rings::task_base + 0x64, base << 16);
        m.set_dword(Rings::task_base + base + port / 8, map_bits);
        m.reg(GeneralRegister::edx) = port;
        const Exit exit = m.run(code);
        if (exit.kind == ExitKind::port_io) {
            return true;
        }
        CHECK(m.faulted(gp, 0, 0));
        return false;
    };
    CHECK(granted(0x88, 0x68, 0xFF, "ec"));        // the last byte but one
    CHECK_FALSE(granted(0x87, 0x68, 0xFF, "ec"));  // its second byte is beyond
    CHECK_FALSE(granted(0x88, 0x68, 0x100, "ec"));
    CHECK(granted(0x2088, 0x68, 0x66, "ed"));  // 66h to 69h
    CHECK_FALSE(granted(0x2088, 0x68, 0x66, "ed", 0x0200));
    CHECK(granted(0x2088, 0x68, 0x66, "ed", 0x043F));
    CHECK_FALSE(granted(0x67, 0x68, 0, "ec"));
    CHECK_FALSE(granted(0x66, 0x10, 0, "ec"));  // a TSS without the field
    CHECK(granted(0x2068, 0x68, 0xFFFF, "ec"));
    CHECK_FALSE(granted(0x2067, 0x68, 0xFFFF, "ec"));
    CHECK_FALSE(granted(0x2088, 0x68, 0xFFFF, "66 ed", 0xFF00));  // the byte behind the map
    CHECK_FALSE(granted(0x2088, 0xFFFF, 0, "ec"));
}

TEST_CASE("a 16-bit TSS has no I/O permission map", "[ports]") {
    Rings m;
    m.cpu.tr.limit = 0x2088;
    m.cpu.tr.type = SystemType::tss16_busy;
    m.set_dword(Rings::task_base + 0x64, 0x00680000);
    // The exception, too, needs the TSS: a conforming handler.
    m.descriptor(Rings::spare, Rings::flat, Rings::conforming32);
    m.gate_to(13, Rings::interrupt32, 0, Rings::spare, Rings::handlers);
    m.code(Rings::handlers, "eb fe");
    m.run("e4 60", 200);
    CHECK(m.faulted(gp, 0, 0));
}

TEST_CASE("a port refused costs nothing and moves nothing: rep outs is #GP before its count",
          "[ports]") {
    Rings m;
    m.set_dword(Rings::task_base + 0x64, 0x20AC0000);
    m.reg(GeneralRegister::ecx) = 0;
    m.run("f3 6e");
    CHECK(m.faulted(gp, 0, 0));
    CHECK(m.reg(GeneralRegister::esi) == 0);
}

TEST_CASE("IOPL 3 opens the ports to ring 3", "[ports]") {
    Rings m;
    m.cpu.set_eflags(flag::iopl);
    CHECK(m.run("e6 60").kind == ExitKind::port_io);
}

TEST_CASE("ins stores where EDI points, outs reads from ESI by any segment", "[ports]") {
    Rings m(0);
    m.reg(GeneralRegister::edx) = 0x1F0;
    m.reg(GeneralRegister::edi) = 0x5000;
    m.reg(GeneralRegister::esi) = 0x6000;
    m.set_dword(0x6000, 0xCAFE);
    Exit exit = m.run("66 6d 2e 66 6f f4");
    CHECK(exit.size == 2);
    complete_in(m.cpu, 0xBEEF);
    CHECK(m.word(0x5000) == 0xBEEF);
    CHECK(m.reg(GeneralRegister::edi) == 0x5002);
    exit = m.run_on();
    CHECK(exit.write);
    CHECK(exit.value == 0xCAFE);
    CHECK(m.reg(GeneralRegister::esi) == 0x6002);
}

TEST_CASE("rep outs leaves for each element and restarts at itself", "[ports]") {
    Rings m(0);
    m.reg(GeneralRegister::ecx) = 3;
    m.reg(GeneralRegister::esi) = 0x6000;
    m.set_dword(0x6000, 0x00030201);
    std::uint32_t sum = 0;
    Exit exit = m.run("90 f3 6e f4");
    for (std::uint32_t left = 2; exit.kind == ExitKind::port_io; --left) {
        sum = sum * 16 + exit.value;
        CHECK(m.reg(GeneralRegister::ecx) == left);
        CHECK(m.cpu.eip == Rings::start + (left == 0 ? 3 : 1));
        exit = m.run_on();
    }
    CHECK(sum == 0x123);
    // The nop, the whole of the repeated form by its figure (11 + 5 * 3), and the hlt.
    CHECK(m.cpu.clock == 1 + 26 + 4);
}

TEST_CASE("rep ins with a count of zero only costs its start", "[ports]") {
    Rings m(0);
    m.reg(GeneralRegister::ecx) = 0;
    CHECK(m.run("f3 6c f4").kind == ExitKind::halted);
    CHECK(m.cpu.clock == 10 + 4);
}

TEST_CASE("ins to a missing page asks no port: #PF first", "[ports]") {
    Rings m(0);
    m.enable_paging();
    m.unmap(0x50000);
    m.reg(GeneralRegister::edi) = 0x50000;
    m.reg(GeneralRegister::ecx) = 2;
    const Exit exit = m.run("f3 6c");
    CHECK(exit.kind == ExitKind::halted);
    CHECK(m.faulted(Vector::page_fault, 0, 2));
    CHECK(m.reg(GeneralRegister::ecx) == 2);
}

TEST_CASE("a single-step trap behind out comes after the host has served the port", "[ports]") {
    Rings m(0);
    m.cpu.set_eflags(flag::tf);
    CHECK(m.run("e7 e8 90").kind == ExitKind::port_io);
    CHECK(m.transitions.empty());
    CHECK(m.esp() == Rings::stack_top);
    m.run_on();
    REQUIRE(m.transitions.size() == 1);
    CHECK(m.transitions[0].vector == Vector::debug);
    CHECK(m.dword(Rings::stack_top - 12) == Rings::start + 2);
}
