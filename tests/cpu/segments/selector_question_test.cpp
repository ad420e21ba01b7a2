// SPDX-License-Identifier: MIT
#include <catch2/catch.hpp>

#include "cpu/privilege/rings.hpp"

using namespace ringside;
using namespace ringside::cpu;
using ringside::test::Rings;

namespace {

/// Runs `code` with the selector in CX and a gate as its end; ZF as it was at the gate.
struct Answer {
    bool zf = false;
    std::uint32_t eax = 0;
};
Answer ask(unsigned ring, std::string_view code, std::uint16_t selector, std::uint32_t high = 0,
           std::uint32_t low = Rings::flat) {
    Rings m(ring);
    m.gate(0x2E, Rings::interrupt32, 3);
    m.descriptor(Rings::spare, low, high);
    m.reg(GeneralRegister::eax) = 0x77;
    m.reg(GeneralRegister::ecx) = selector;
    m.run(code);
    return {m.cpu.flags.zf(), m.reg(GeneralRegister::eax)};
}

constexpr std::string_view lar = "0f 02 c1 cd 2e";
constexpr std::string_view lsl = "0f 03 c1 cd 2e";
constexpr std::string_view verr = "0f 00 e1 cd 2e";
constexpr std::string_view verw = "0f 00 e9 cd 2e";

}  // namespace

TEST_CASE("lar gives the access rights of what the program may see", "[segments]") {
    CHECK(ask(3, lar, Rings::code3).eax == 0x00CFFA00);
    CHECK(ask(3, lar, Rings::code3).zf);
    CHECK_FALSE(ask(3, lar, Rings::code0).zf);
    CHECK(ask(3, lar, Rings::code0).eax == 0x77);
    CHECK_FALSE(ask(3, lar, 0).zf);
    CHECK_FALSE(ask(3, lar, 0x50).zf);
    CHECK(ask(3, lar, Rings::spare | 3, Rings::conforming32).zf);
    // RPL counts as well as CPL.
    CHECK(ask(0, lar, Rings::data0).zf);
    CHECK_FALSE(ask(0, lar, Rings::data0 | 3).zf);
    // Whether it is present is no question.
    CHECK(ask(0, lar, Rings::spare, Rings::data32 & ~Rings::present).zf);
}

TEST_CASE("lar knows call gates and task gates, lsl does not; neither knows interrupt gates",
          "[segments]") {
    for (const std::uint32_t type : {4U, 5U, 12U}) {
        CHECK(ask(0, lar, Rings::spare, 0x8000 | (type << 8)).zf);
        CHECK_FALSE(ask(0, lsl, Rings::spare, 0x8000 | (type << 8)).zf);
    }
    for (const std::uint32_t type : {1U, 2U, 3U, 9U, 11U}) {
        CHECK(ask(0, lar, Rings::spare, 0x8000 | (type << 8)).zf);
        CHECK(ask(0, lsl, Rings::spare, 0x8000 | (type << 8)).zf);
    }
    for (const std::uint32_t type : {0U, 6U, 7U, 8U, 10U, 13U, 14U, 15U}) {
        CHECK_FALSE(ask(0, lar, Rings::spare, 0x8000 | (type << 8)).zf);
        CHECK_FALSE(ask(0, lsl, Rings::spare, 0x8000 | (type << 8)).zf);
    }
}

TEST_CASE("lsl gives the limit in bytes", "[segments]") {
    CHECK(ask(3, lsl, Rings::data3).eax == 0xFFFFFFFF);
    CHECK(ask(0, lsl, Rings::spare, 0x00409200, 0x00001234).eax == 0x1234);
    CHECK(ask(0, lsl, Rings::task).eax == 0x67);
}

TEST_CASE("verr and verw ask about reading and writing", "[segments]") {
    CHECK(ask(3, verr, Rings::data3).zf);
    CHECK(ask(3, verw, Rings::data3).zf);
    CHECK(ask(3, verr, Rings::code3).zf);
    CHECK_FALSE(ask(3, verw, Rings::code3).zf);
    CHECK_FALSE(ask(3, verr, Rings::data0).zf);
    CHECK_FALSE(ask(0, verr, Rings::spare, Rings::execute_only).zf);
    CHECK_FALSE(ask(0, verw, Rings::spare, Rings::read_only).zf);
    CHECK_FALSE(ask(0, verr, Rings::task).zf);
}

TEST_CASE("arpl raises the RPL of its operand to the other's", "[segments]") {
    Rings m;
    m.gate(0x2E, Rings::interrupt32, 3);
    m.reg(GeneralRegister::eax) = 0x10;
    m.reg(GeneralRegister::ecx) = 0x1B;
    m.run("63 c8 cd 2e");
    CHECK(m.reg(GeneralRegister::eax) == 0x13);
    CHECK(m.cpu.flags.zf());
    m.reg(GeneralRegister::ecx) = 0x09;
    Rings kept;
    kept.gate(0x2E, Rings::interrupt32, 3);
    kept.reg(GeneralRegister::eax) = 0x13;
    kept.reg(GeneralRegister::ecx) = 0x19;
    kept.run("63 c8 cd 2e");
    CHECK(kept.reg(GeneralRegister::eax) == 0x13);
    CHECK_FALSE(kept.cpu.flags.zf());
}

TEST_CASE("arpl writes only what it changes", "[segments]") {
    for (const bool raised : {false, true}) {
        Rings m;
        m.enable_paging();
        m.gate(0x2E, Rings::interrupt32, 3);
        m.set_dword(0x5000, 0x11);
        m.set_dword(0x81000 + 5 * 4, 0x5005);  // read-only
        m.reg(GeneralRegister::ecx) = raised ? 2 : 1;
        m.run("63 0d 00 50 00 00 cd 2e");
        if (raised) {
            CHECK(m.faulted(Vector::page_fault, 0, 7));
        } else {
            CHECK(m.transitions.at(0).vector == Vector{0x2E});
        }
    }
}
