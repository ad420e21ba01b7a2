// SPDX-License-Identifier: MIT
#include "debug/expression.hpp"

#include <string>

#include <catch2/catch.hpp>

#include "base/ensure.hpp"
#include "debug/run_to.hpp"
#include "support/ring_machine.hpp"

namespace ringside::debug {
namespace {

/// At the program's first instruction: ESP = 80000.
struct AtUser {
    AtUser() { static_cast<void>(run_to(ring.kernel.at("user"))); }
    guest::StopReason run_to(LinearAddress at) {
        return debug::run_to(at, ring.machine, ring.kernel, {});
    }
    std::uint32_t value(std::string_view text) { return evaluate(text, inspector); }

    test::RingMachine ring;
    Inspector inspector{ring.machine, ring.kernel};
};

}  // namespace

TEST_CASE("expression: numbers are hexadecimal unless they say otherwise", "[debug]") {
    AtUser at;
    CHECK(at.value("10") == 0x10);
    CHECK(at.value("0x10") == 0x10);
    CHECK(at.value("10h") == 0x10);
    CHECK(at.value("0n10") == 10);
    CHECK(at.value("deadBEEF") == 0xDEADBEEF);
}

TEST_CASE("expression: + - * and brackets, as at school, in 32 bits", "[debug]") {
    AtUser at;
    CHECK(at.value("2 + 3 * 4") == 14);
    CHECK(at.value("(2+3)*4") == 20);
    CHECK(at.value("10-8-4") == 4);
    CHECK(at.value("-1") == 0xFFFFFFFF);
    CHECK(at.value("ffffffff+2") == 1);
}

TEST_CASE("expression: registers, in the spellings of WinDbg and gdb", "[debug]") {
    AtUser at;
    CHECK(at.value("esp") == 0x80000);
    CHECK(at.value("@ESP-8") == 0x7FFF8);
    CHECK(at.value("$eip") == at.ring.kernel.at("user").value);
    CHECK(at.value("sp") == 0);
    CHECK(at.value("cs") == 0x1B);
    CHECK(at.value("cr0") == at.ring.machine.cpu().cr0);
    at.ring.machine.cpu().registers[cpu::GeneralRegister::ecx] = 0x11223344;
    CHECK(at.value("cl") == 0x44);
    CHECK(at.value("ch") == 0x33);
    CHECK(at.value("cx") == 0x3344);
}

TEST_CASE("expression: symbols, with their module or without", "[debug]") {
    AtUser at;
    const std::uint32_t user = at.ring.kernel.at("user").value;
    CHECK(at.value("rings!user") == user);
    CHECK(at.value("RINGS!user+4") == user + 4);
    CHECK(at.value("after_stub-user_int") == 2);
}

TEST_CASE("expression: what memory holds", "[debug]") {
    AtUser at;
    const std::array<std::uint8_t, 4> bytes{0x78, 0x56, 0x34, 0x12};
    at.ring.machine.memory().write_bytes({0x1000}, std::as_bytes(std::span(bytes)));
    CHECK(at.value("poi(1000)") == 0x12345678);
    CHECK(at.value("wo(1000)") == 0x5678);
    CHECK(at.value("by(1000+2)") == 0x34);
    CHECK(at.value("poi(0n4096)+1") == 0x12345679);
}

TEST_CASE("expression: what cannot be read is said in a line", "[debug]") {
    AtUser at;
    CHECK_THROWS_WITH(at.value("usr"), Catch::Contains("did you mean user"));
    CHECK_THROWS_WITH(at.value(""), Catch::Contains("missing"));
    CHECK_THROWS_WITH(at.value("(1"), Catch::Contains("bracket"));
    CHECK_THROWS_WITH(at.value("1 2"), Catch::Contains("'2' is not understood"));
    CHECK_THROWS_WITH(at.value("100000000"), Catch::Contains("no hexadecimal number"));
    CHECK_THROWS_WITH(at.value(std::string(1000, '(')), Catch::Contains("brackets"));
}

TEST_CASE("expression: the first of a line ends at a space outside of brackets", "[debug]") {
    CHECK(first_expression("esp+(1 + 2) L4") ==
          std::pair<std::string_view, std::string_view>("esp+(1 + 2)", "L4"));
}

}  // namespace ringside::debug
