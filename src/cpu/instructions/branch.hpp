// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <utility>

#include "cpu/dispatch.hpp"
#include "cpu/instruction.hpp"
#include "cpu/operands.hpp"
#include "cpu/run_time_clocks.hpp"
#include "cpu/segments/segmentation.hpp"

namespace ringside::cpu {

/// Where a relative branch leads: 16-bit operands keep 16 bits of EIP.
[[nodiscard]] inline std::uint32_t relative_target(const Cpu& cpu, const Op* op) {
    const std::uint32_t target = cpu.eip + op->immediate;
    return (op->modes & op_mode::operand16) != 0 ? target & 0xFFFFU : target;
}

[[nodiscard]] inline std::uint32_t next_eip(const Cpu& cpu, const Op* op) {
    return cpu.eip_of(op) + op->length;
}

[[nodiscard]] inline const Op* take_branch(Cpu& cpu, const Op* op) {
    const std::uint32_t target = relative_target(cpu, op);
    check_target(cpu, target);
    cpu.clock += op->clocks;
    add_variant(cpu, op, true);
    return continue_linked(cpu, target, Link::taken);
}

[[nodiscard]] inline const Op* fall_behind(Cpu& cpu, const Op* op) {
    cpu.clock += op->clocks;
    return continue_linked(cpu, next_eip(cpu, op), Link::next);
}

template <Condition condition>
const Op* jump_if(Cpu& cpu, const Op* op) {
    if (holds<condition>(cpu.flags)) {
        return take_branch(cpu, op);
    }
    return fall_behind(cpu, op);
}

// A comparison that stands right before a Jcc runs together with it: one handler for both ops, the
// second of which is there for what it holds and for whoever comes to it by itself.

template <auto body, bool may_fault, Condition condition>
const Op* before_jump(Cpu& cpu, const Op* op) {
    const Op* const jump = op + 1;
    if constexpr (may_fault) {
        cpu.at = op;
    }
    body(cpu, op);
    if constexpr (may_fault) {
        // Its translation may have marked a page entry that lies in this very block.
        if (cpu.block->is_stale) [[unlikely]] {
            return stale(cpu, jump);
        }
    }
    cpu.at = jump;
    return jump_if<condition>(cpu, jump);
}

template <auto body, bool may_fault, std::size_t... conditions>
constexpr JumpHandlers jump_handlers(std::index_sequence<conditions...>) {
    return {&before_jump<body, may_fault, static_cast<Condition>(conditions)>...};
}

template <auto body, bool may_fault>
inline constexpr JumpHandlers jumps_behind =
    jump_handlers<body, may_fault>(std::make_index_sequence<condition_count>{});

/// A selection with the handlers for its body and a Jcc behind, if that is `worth` their room. The
/// body writes no memory.
template <auto body, bool may_fault, bool worth>
[[nodiscard]] constexpr Selection joinable(Selection selection) {
    if constexpr (worth) {
        selection.with_jump = &jumps_behind<body, may_fault>;
    }
    return selection;
}

/// Comparisons of bytes and dwords in flat segments; arithmetic on whole registers.
template <typename W, typename D, typename S>
inline constexpr bool compares_often = sizeof(W) != 2 && usual_shape<D>&& usual_shape<S>;
template <typename W, bool memory>
inline constexpr bool counts_often = sizeof(W) == 4 && !memory;

}  // namespace ringside::cpu
