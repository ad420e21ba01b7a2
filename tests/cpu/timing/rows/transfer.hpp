// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>

#include "cpu/timing/rows/ledger.hpp"
#include "cpu/timing/rows/stage.hpp"

namespace ringside::test {

/// Where the far transfers of these tests lead, in whatever segment: a NOP.
inline constexpr std::uint32_t transfer_target = 0xC00;

/// Selectors of segments for rings 1 and 2, in a GDT made longer for them.
[[nodiscard]] std::uint16_t code_of_ring(unsigned ring);
[[nodiscard]] std::uint16_t data_of_ring(unsigned ring);
/// Puts them there, and stacks for rings 1 and 2 into the TSS.
void add_middle_rings(Rings& rings);

/// One instruction that leaves its segment.
struct Transfer {
    std::string_view code;
    bool toggles_operand_size = false;  ///< with a 66 in front
    std::uint64_t n = 0;                ///< of the row, if it has a formula
    std::uint64_t added = 0;            ///< ticks of another row on top
    std::uint32_t target = transfer_target;
};

/// Runs it and notes what it cost, with its prefix and, on i386, the NOP behind a "+m". A second
/// row, whose figure is in `added`, is noted with it.
void run_transfer(Ledger& ledger, const cpu::timing::ClockRow& row, cpu::Model model, Stage& stage,
                  const Transfer& transfer, const cpu::timing::ClockRow* second = nullptr);

}  // namespace ringside::test
