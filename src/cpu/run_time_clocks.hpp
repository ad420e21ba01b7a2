// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

#include "cpu/cpu.hpp"
#include "cpu/op.hpp"
#include "cpu/timing/clock_table.hpp"

namespace ringside::cpu {

/// Adds what the taken, true or equal variant of a form costs beyond the other.
inline void add_variant(Cpu& cpu, const Op* op, bool holds) {
    if (holds) {
        const std::uint32_t extra =
            (op->modes & op_mode::memory) != 0 ? op->immediate : op->displacement;
        cpu.clock += static_cast<std::uint64_t>(std::int64_t{static_cast<std::int32_t>(extra)});
    }
}

/// Adds the run-time part of the op's clocks for `n`, which is what its FormulaKind says.
inline void add_formula(Cpu& cpu, const Op* op, std::uint32_t n) {
    if (op->formula != 0) {
        cpu.clock += cpu.clocks.formula(op->formula).ticks(n);
    }
}

}  // namespace ringside::cpu
