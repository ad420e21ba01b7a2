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
        // A null one is not flat either.
        if (descriptor.is_flat()) [[likely]] {
            s.load_flat(selector, descriptor);
        } else {
            load_other_into(s);
        }
    }

  private:
    void load_other_into(Segment& s) const;
};

/// Byte 5 of the one descriptor that nearly every load of a kind finds: present, accessed, of this
/// DPL, and writable data or readable code that is not conforming. What it equals needs no further
/// look.
namespace usual_rights {
[[nodiscard]] constexpr std::uint32_t data(unsigned dpl) {
    return 0x93U | dpl << 5;
}
[[nodiscard]] constexpr std::uint32_t code(unsigned dpl) {
    return 0x9BU | dpl << 5;
}
}  // namespace usual_rights

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
[[nodiscard]] CheckedSegment unusual_stack_segment(Cpu& cpu, Selector selector,
                                                   std::optional<TableEntry> entry, unsigned cpl,
                                                   const LoadFaults& faults);
[[nodiscard]] inline CheckedSegment stack_segment(Cpu& cpu, Selector selector, unsigned cpl,
                                                  const LoadFaults& faults = {}) {
    const auto entry = find_descriptor(cpu, selector);
    if (entry && entry->descriptor.rights() == usual_rights::data(cpl) && selector.rpl() == cpl)
        [[likely]] {
        return {entry->descriptor, selector};
    }
    return unusual_stack_segment(cpu, selector, entry, cpl, faults);
}

/// Loads DS, ES, FS or GS, or SS, as MOV and POP do, at the current privilege. The caller calls
/// cpu.context_changed() for all but FS and GS.
void load_segment(Cpu& cpu, SegmentRegister r, Selector selector);

/// After a return to less privilege: data segments that the new CPL may not use become null.
inline void drop_privileged_segments(Cpu& cpu, unsigned cpl) {
    for (const SegmentRegister r :
         {SegmentRegister::es, SegmentRegister::ds, SegmentRegister::fs, SegmentRegister::gs}) {
        Segment& s = cpu.segment(r);
        // An unusable segment has DPL 0 as well: RPL bits of a null selector do not survive.
        if (s.descriptor.dpl() < cpl && !s.descriptor.conforming()) [[unlikely]] {
            s = Segment::null(Selector{});
        }
    }
}

}  // namespace ringside::cpu
