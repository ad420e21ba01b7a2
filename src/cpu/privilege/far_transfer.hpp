// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

#include "cpu/cpu.hpp"
#include "cpu/op.hpp"
#include "cpu/segments/segment_load.hpp"

namespace ringside::cpu {

/// A far JMP or CALL whose selector names a gate or a TSS.
struct FarTarget {
    Selector selector;
    Descriptor descriptor;
    bool call = false;
    bool indirect = false;  ///< the pointer stood in memory
};

/// Where a return to an outer ring leads.
struct OuterReturn {
    CheckedSegment cs;
    std::uint32_t eip = 0;
    Selector ss;
    std::uint32_t esp = 0;
};

/// Checks SS of the outer ring and EIP; returns SS. Throws #GP or, for a segment that is not
/// present, `absent_stack` with the selector, #GP(0).
[[nodiscard]] CheckedSegment check_outer_return(Cpu& cpu, const OuterReturn& to,
                                                Vector absent_stack);
/// Loads what was checked: CS:EIP, SS:ESP and CPL; data segments of the inner ring become null.
/// The caller then calls cpu.context_changed().
void enter_outer_ring(Cpu& cpu, const OuterReturn& to, CheckedSegment ss);

/// Far JMP, CALL and RET, W the operand size.
template <typename W>
void jump_far(Cpu& cpu, const Op* op, Selector selector, W offset, bool indirect);
template <typename W>
void call_far(Cpu& cpu, const Op* op, Selector selector, W offset, bool indirect);
template <typename W>
void return_far(Cpu& cpu, const Op* op, std::uint32_t released, bool with_immediate);

}  // namespace ringside::cpu
