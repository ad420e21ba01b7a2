// SPDX-License-Identifier: MIT
#include "cpu/timing/rows/transfer.hpp"

#include <fmt/format.h>

namespace ringside::test {
namespace {

constexpr std::uint16_t first_added = 0x50;

}  // namespace

std::uint16_t code_of_ring(unsigned ring) {
    return static_cast<std::uint16_t>(first_added + (ring - 1) * 16 + ring);
}

std::uint16_t data_of_ring(unsigned ring) {
    return static_cast<std::uint16_t>(code_of_ring(ring) + 8);
}

void add_middle_rings(Rings& rings) {
    rings.cpu.gdtr.limit = 0x7F;
    for (const unsigned ring : {1U, 2U}) {
        rings.descriptor(code_of_ring(ring), Rings::flat, Rings::code32 | Rings::dpl(ring));
        rings.descriptor(data_of_ring(ring), Rings::flat, Rings::data32 | Rings::dpl(ring));
        rings.set_dword(Rings::task_base + 4 + ring * 8, Rings::inner_top);
        rings.set_dword(Rings::task_base + 8 + ring * 8, data_of_ring(ring));
    }
}

void run_transfer(Ledger& ledger, const cpu::timing::ClockRow& row, cpu::Model model, Stage& stage,
                  const Transfer& transfer, const cpu::timing::ClockRow* second) {
    constexpr std::uint64_t nop_clocks = 3;
    constexpr std::uint64_t nop_components = 1;
    const PrintedFigure figure = *printed_figure(row, model);
    Bytes bytes = from_hex(transfer.code);
    std::uint64_t expected = figure.value_for(transfer.n) + transfer.added;
    if (transfer.toggles_operand_size) {
        bytes.insert(bytes.begin(), 0x66);
        expected +=
            printed_figure(Ledger::row("PREFIX", "adder 66/67/segment/REP"), model)->value();
    }
    stage.set_code(stage.start(), bytes);
    ledger.saw(bytes, stage.code32());
    std::uint64_t measured = stage.run(expected);
    const std::string what =
        fmt::format("{} with {} in {}", to_hex(bytes), transfer.n, name_of(stage.where()));
    if (stage.eip() != transfer.target) {
        ledger.astray(row, model, fmt::format("{}: at {:x}", what, stage.eip()));
        return;
    }
    if (figure.plus_m) {
        measured += stage.run(1);
        expected += nop_clocks + nop_components;
    }
    ledger.note(row, model, what, expected, measured);
    if (second != nullptr) {
        ledger.note(*second, model, what, expected, measured);
    }
}

}  // namespace ringside::test
