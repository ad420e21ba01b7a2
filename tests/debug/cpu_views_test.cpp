// SPDX-License-Identifier: MIT
#include "debug/cpu_views.hpp"

#include <catch2/catch.hpp>

#include "debug/inspect.hpp"
#include "support/ring_machine.hpp"

namespace ringside::debug {
namespace {

/// The machine at the program's entry, with everything set up.
struct Standing : test::RingMachine {
    Standing() {
        const auto stop = run_to(Place::program_entry, machine, kernel, {});
        REQUIRE(stop.kind == guest::StopKind::observer);
    }
};

using Cells = std::vector<std::string>;

}  // namespace

TEST_CASE("idt: vector, name, type, DPL, target and symbol of each gate", "[debug]") {
    Standing ring;
    const auto view = idt_view(ring.machine, ring.kernel.symbols());
    REQUIRE(view.rows.size() == 0x2F);
    CHECK(view.rows[0].cells == Cells{"00", "#DE", "not present", "", "", ""});
    CHECK(view.rows[3].cells ==
          Cells{"03", "#BP", "int gate32", "3", "0008:001000D8", "rings!breakpoint"});
    CHECK(view.rows[0x2E].cells ==
          Cells{"2E", "", "int gate32", "3", "0008:00100095", "rings!system_service"});
}

TEST_CASE("gdt: selector, type, base, limit, DPL and flags of each descriptor", "[debug]") {
    Standing ring;
    const auto view = gdt_view(ring.machine);
    REQUIRE(view.rows.size() == 5);
    CHECK(view.rows[0].cells == Cells{"0008", "code32", "00000000", "FFFFFFFF", "0", "P R A 4K"});
    CHECK(view.rows[3].cells == Cells{"0020", "data", "00000000", "FFFFFFFF", "3", "P W A 4K"});
    CHECK(view.rows[4].cells == Cells{"0028", "TSS32 busy", "001002B0", "00000067", "0", "P B"});
}

TEST_CASE("gdt and idt: a table outside the RAM reads as ones and crashes nothing", "[debug]") {
    Standing ring;
    ring.machine.cpu().gdtr = {{0xFFFFFF00}, 0xFFFF};
    ring.machine.cpu().idtr = {{0xFFFFFFF8}, 0xFFFF};
    CHECK(gdt_view(ring.machine).rows.size() <= 8192);
    CHECK(idt_view(ring.machine, ring.kernel.symbols()).rows.size() == 256);
}

TEST_CASE("tss: the stack for ring 0 and the I/O map", "[debug]") {
    Standing ring;
    const auto view = tss_view(ring.machine, ring.kernel.symbols());
    CHECK(view.title == "TSS 0028 at 001002B0, limit 0067");
    CHECK(view.rows[1].cells == Cells{"+04", "Esp0", "00090000", ""});
    CHECK(view.rows[2].cells == Cells{"+08", "Ss0", "0010", ""});
    CHECK(view.rows.back().cells == Cells{"+66", "IoMapBase", "0068", ""});
}

TEST_CASE("tss: a machine that never loaded TR says so", "[debug]") {
    test::RingMachine ring;
    CHECK(tss_view(ring.machine, ring.kernel.symbols()).rows.empty());
}

TEST_CASE("tss: fields beyond a short limit are marked", "[debug]") {
    Standing ring;
    ring.machine.cpu().tr.limit = 0x2B;
    const auto view = tss_view(ring.machine, ring.kernel.symbols());
    CHECK(view.rows.back().cells[2] == "beyond the limit");
    CHECK(view.rows[1].cells[2] == "00090000");
}

TEST_CASE("msr: the SYSENTER registers with the entry's symbol", "[debug]") {
    Standing ring;
    const auto view = msr_view(ring.machine, ring.kernel.symbols());
    REQUIRE(view.rows.size() == 4);
    CHECK(view.rows[1].cells == Cells{"0174", "SYSENTER_CS", "0000000000000008", ""});
    CHECK(view.rows[2].cells == Cells{"0175", "SYSENTER_ESP", "0000000000090000", ""});
    CHECK(view.rows[3].cells ==
          Cells{"0176", "SYSENTER_EIP", "00000000001000C7", "rings!fast_call"});
}

TEST_CASE("msr: an i486 has none of them", "[debug]") {
    guest::Machine machine({cpu::Model::i486, std::uint64_t{1} << 20, std::nullopt, 64});
    CHECK(msr_view(machine, guest::SymbolTable{}).rows.empty());
}

}  // namespace ringside::debug
