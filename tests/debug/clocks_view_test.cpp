// SPDX-License-Identifier: MIT
#include "debug/clocks_view.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <string>

#include "base/ensure.hpp"
#include "cpu/instruction.hpp"
#include "cpu/timing/clock_row.hpp"

namespace ringside::debug {
namespace {

using cpu::Model;
using Cells = std::vector<std::string>;

/// The row of that form; its key is the first row's.
Cells row_of(const guest::View& view, const std::string& form, const std::string& mode = "any") {
    const auto found = std::find_if(view.rows.begin(), view.rows.end(), [&](const auto& row) {
        return row.cells.at(1) == form && row.cells.at(2) == mode;
    });
    REQUIRE(found != view.rows.end());
    return found->cells;
}

std::string key_of(std::string_view name) {
    return clocks_view(name, {}).rows.at(0).cells.at(0);
}

}  // namespace

TEST_CASE("clocks: every row of the table, all models side by side", "[debug]") {
    const auto view = clocks_view("", {});
    CHECK(view.rows.size() == cpu::timing::clock_rows().size());
    for (const auto& row : view.rows) {
        CHECK(row.cells.size() == view.columns.size());
    }
}

TEST_CASE("clocks: figures, what they rest on, and the note", "[debug]") {
    CHECK(row_of(clocks_view("add", {}), "r,m") ==
          Cells{"ADD", "r,m", "any", "6", "2", "2", "~1", "widely printed", "base_cpi_x1000", ""});
    const auto mov = row_of(clocks_view("mov", {}), "sreg,r", "protected");
    CHECK(mov.at(6) == "~12");
    CHECK(mov.at(7) == "lists differ");
    CHECK(mov.at(8) == "mov_sreg");
    CHECK(mov.at(9) == "pentium 2-11: low end, descriptor cached and accessed");
}

TEST_CASE("clocks: p6 shows clocks, parameters as their values", "[debug]") {
    CHECK(row_of(clocks_view("div", Model::p6), "r32").at(3) == "~41");
    CHECK(row_of(clocks_view("nop", Model::p6), "any").at(3) == "~0.5");
    const auto gate = row_of(clocks_view("call", Model::p6), "path far gate inner", "protected");
    CHECK(gate.at(3) == "~count(120,125,122,3)");
    CHECK(gate.at(4) ==
          "count(call_gate_inner_0,call_gate_inner_x+call_gate_per_param,"
          "call_gate_inner_x,call_gate_per_param)");
}

TEST_CASE("clocks: one model has its own figures only", "[debug]") {
    const auto view = clocks_view("cmpxchg", Model::i486);
    CHECK(view.columns == Cells{"key", "form", "mode", "clocks", "rests on", "note"});
    CHECK(row_of(view, "m,r").at(3) == "10|7");
    CHECK(row_of(clocks_view("rcl", Model::i486), "r,cl").at(4) == "assumed");
    CHECK_THROWS_WITH(clocks_view("cmpxchg", Model::i386), Catch::Contains("i386 has no CMPXCHG"));
}

TEST_CASE("clocks: instructions by any of their names", "[debug]") {
    CHECK(key_of("jne") == "Jcc");
    CHECK(key_of("SETAE") == "SETcc");
    CHECK(key_of("cmovg") == "CMOVcc");
    CHECK(key_of("sal") == "SHL/SHR/SAR");
    CHECK(key_of("shl/shr/sar") == "SHL/SHR/SAR");
    CHECK(key_of("movsb") == "MOVS");
    CHECK(key_of("int") == "INT n");
    CHECK(key_of("iretd") == "IRET/IRETD");
    CHECK(key_of("retf") == "RET");
    CHECK(key_of("fstp") == "FST(P)");
    CHECK(key_of("paddd") == "packed integer");
    CHECK(key_of("ts(iret)") == "TS(iret)");
    CHECK(key_of("exc") == "EXC");
    for (const cpu::Instruction& instruction : cpu::instruction_set()) {
        CHECK_NOTHROW(clocks_view(ZydisMnemonicGetString(instruction.mnemonic), {}));
    }
}

TEST_CASE("clocks: an unknown name is told what may have been meant", "[debug]") {
    CHECK_THROWS_WITH(clocks_view("cmpxhg", {}),
                      Catch::Contains("no figures for 'cmpxhg'") &&
                          Catch::Contains("did you mean CMPXCHG or CMPXCHG8B?"));
    CHECK_THROWS_AS(clocks_view("zzzzzz", {}), InputError);
}

}  // namespace ringside::debug
