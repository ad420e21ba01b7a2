// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <utility>

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

/// charge_path() for one that comes with more: the +m of the instruction it led to, or a figure
/// that no manual prints. Throws BrokenInvariant for a path that the model lacks.
[[gnu::noinline]] void charge_noted_path(Cpu& cpu, const timing::PathCost& path);

/// Adds what a path through a gate or descriptor costs. CS and EIP are those of its end, and so is
/// the context.
inline void charge_path(Cpu& cpu, const timing::PathCost& path) {
    if (path.noted) [[unlikely]] {
        charge_noted_path(cpu, path);
        return;
    }
    cpu.clock += path.ticks;
}

/// What the i386 transfer before still has to pay, now that its target is known to have that many
/// components: nothing if it fell through.
inline void pay_refill(Cpu& cpu, std::uint32_t components) {
    const std::uint64_t fallen_through = std::exchange(cpu.refill, 0U);
    if (fallen_through == Cpu::refill_always) {
        cpu.clock += components;
    } else if (cpu.clock != fallen_through) {
        // A taken branch shows one clock too many, see OpBuilder.
        cpu.clock = cpu.clock + components - 1;
    }
}
/// The same where no block of the target is at hand.
[[gnu::noinline]] void pay_refill(Cpu& cpu);

}  // namespace ringside::cpu
