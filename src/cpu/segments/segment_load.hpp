// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

#include "cpu/cpu.hpp"
#include "cpu/segments/descriptor_table.hpp"
#include "cpu/segments/segment.hpp"

namespace ringside::cpu {

/// A selector that passed its checks, with its descriptor: all zeros for a null one. Small enough
/// to travel in registers; the segment register itself is built in place.
struct CheckedSegment {
    Descriptor descriptor;
    Selector selector;

    void load_into(Segment& s) const {
        if (descriptor.present()) [[likely]] {
            s.load(selector, descriptor);
        } else {
            s = Segment::null(selector);
        }
    }
};

// The checks of Intel SDM vol. 3, ch. "Protection". Each function checks a selector for one use,
// marks its descriptor accessed, and returns both; the register is the caller's to set.
// Faults carry the selector as their error code.

/// What a load reports: `invalid` for a selector or descriptor of the wrong kind (#GP, or #TS when
/// the selector comes from a TSS), EXT as in selector_fault, and what a stack segment that is not
/// present is.
struct LoadFaults {
    Vector invalid = Vector::general_protection;
    std::uint32_t ext = 0;
    Vector absent_stack = Vector::stack_fault;
};

/// For DS, ES, FS and GS at privilege `cpl`: data or readable code, and unless it is conforming
/// code, DPL >= max(CPL, RPL). Not present: #NP. The null selector gives an unusable segment.
[[nodiscard]] CheckedSegment data_segment(Cpu& cpu, Selector selector, unsigned cpl,
                                          const LoadFaults& faults = {});

/// For SS at privilege `cpl`: writable data, DPL = RPL = CPL. Not present: `absent_stack`. Null:
/// `invalid`(0).
[[nodiscard]] CheckedSegment stack_segment(Cpu& cpu, Selector selector, unsigned cpl,
                                           const LoadFaults& faults = {});

/// Loads DS, ES, FS or GS, or SS, as MOV and POP do, at the current privilege. The caller calls
/// cpu.context_changed() for all but FS and GS.
void load_segment(Cpu& cpu, SegmentRegister r, Selector selector);

/// After a return to less privilege: data segments that the new CPL may not use become null.
void drop_privileged_segments(Cpu& cpu, unsigned cpl);

}  // namespace ringside::cpu
