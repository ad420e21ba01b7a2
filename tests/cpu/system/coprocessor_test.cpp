// SPDX-License-Identifier: MIT
#include <catch2/catch.hpp>

#include "cpu/privilege/rings.hpp"

using namespace ringside;
using namespace ringside::cpu;
using ringside::test::Rings;

namespace {

/// Of each ESC opcode one form, among them one that is no instruction (D9 D1).
constexpr std::array<std::string_view, 10> escapes{"d8 c1", "d9 c0", "d9 d1", "da e9", "db e3",
                                                   "dc c1", "dd 18", "de c1", "df e0", "66 d9 c0"};

}  // namespace

TEST_CASE("every ESC opcode is #NM while EM or TS is set, even one that is no instruction",
          "[system]") {
    for (const std::string_view code : escapes) {
        for (const std::uint32_t bit : {cr0::em, cr0::ts}) {
            CAPTURE(code, bit);
            Rings m;
            m.cpu.cr0 |= bit;
            m.run(code);
            CHECK(m.faulted(Vector::device_not_available, 0));
        }
    }
}

TEST_CASE("without EM and TS an ESC opcode that is no instruction is #UD", "[system]") {
    for (const std::string_view code : {"d9 d1", "da e0", "db 20", "de d8", "df e1"}) {
        CAPTURE(code);
        Rings m;
        m.run(code);
        CHECK(m.faulted(Vector::invalid_opcode, 0));
    }
}

TEST_CASE("wait is #NM when MP and TS are both set", "[system]") {
    for (const std::uint32_t bits : {0U, cr0::mp, cr0::ts, cr0::em}) {
        Rings m(0);
        m.cpu.cr0 |= bits;
        CHECK(m.run("9b f4").kind == ExitKind::halted);
        CHECK(m.transitions.empty());
    }
    Rings m(0);
    m.cpu.cr0 |= cr0::mp | cr0::ts;
    m.run("9b");
    CHECK(m.faulted(Vector::device_not_available, 0));
}

TEST_CASE("a pentium without MMX answers it by #UD, whatever EM and TS say", "[system]") {
    for (const std::string_view code : {"0f 77", "0f 6f c1", "0f 10 c1", "f3 0f 10 c1"}) {
        for (const std::uint32_t bits : {0U, cr0::em, cr0::ts}) {
            CAPTURE(code, bits);
            Rings m(3, Model::pentium);
            m.cpu.cr0 |= bits;
            m.run(code);
            CHECK(m.faulted(Vector::invalid_opcode, 0));
        }
    }
}

TEST_CASE("an undefined instruction whose later byte is patched becomes what it is now",
          "[system]") {
    Rings m(0);
    // A loop that runs 0F 0B, #UD; its handler writes A2 over the 0B and returns.
    m.code(Rings::handlers + 0x60, "c6 05 01 00 01 00 06 cf");
    m.cpu.cr0 |= cr0::ts;
    m.run("0f 0b f4");
    CHECK(m.transitions.size() == 2);
    CHECK((m.cpu.cr0 & cr0::ts) == 0);
}
