// SPDX-License-Identifier: MIT
#include "cpu/segments/segment_load.hpp"

#include <algorithm>

namespace ringside::cpu {

CheckedSegment data_segment(Cpu& cpu, Selector selector, unsigned cpl, const LoadFaults& faults) {
    if (selector.is_null()) {
        return {{}, selector};
    }
    TableEntry entry = read_descriptor(cpu, selector, faults.invalid, faults.ext);
    const Descriptor d = entry.descriptor;
    const bool allowed = !d.is_system() && d.readable() &&
                         (d.conforming() || d.dpl() >= std::max(cpl, selector.rpl()));
    if (!allowed) [[unlikely]] {
        throw selector_fault(faults.invalid, selector, faults.ext);
    }
    if (!d.present()) [[unlikely]] {
        throw selector_fault(Vector::segment_not_present, selector, faults.ext);
    }
    mark_accessed(cpu, entry);
    return {entry.descriptor, selector};
}

CheckedSegment stack_segment(Cpu& cpu, Selector selector, unsigned cpl, const LoadFaults& faults) {
    TableEntry entry = read_descriptor(cpu, selector, faults.invalid, faults.ext);
    const Descriptor d = entry.descriptor;
    if (selector.rpl() != cpl || !d.writable() || d.dpl() != cpl) [[unlikely]] {
        throw selector_fault(faults.invalid, selector, faults.ext);
    }
    if (!d.present()) [[unlikely]] {
        throw selector_fault(faults.absent_stack, selector, faults.ext);
    }
    mark_accessed(cpu, entry);
    return {entry.descriptor, selector};
}

void load_segment(Cpu& cpu, SegmentRegister r, Selector selector) {
    if (!cpu.protected_mode()) [[unlikely]] {
        cpu.segment(r).load_paragraph(selector);
        return;
    }
    const CheckedSegment checked = r == SegmentRegister::ss ? stack_segment(cpu, selector, cpu.cpl)
                                                            : data_segment(cpu, selector, cpu.cpl);
    checked.load_into(cpu.segment(r));
}

void drop_privileged_segments(Cpu& cpu, unsigned cpl) {
    for (const SegmentRegister r :
         {SegmentRegister::es, SegmentRegister::ds, SegmentRegister::fs, SegmentRegister::gs}) {
        Segment& s = cpu.segment(r);
        // An unusable segment has DPL 0 as well: RPL bits of a null selector do not survive.
        if (!s.descriptor.conforming() && s.descriptor.dpl() < cpl) [[unlikely]] {
            s = Segment::null(Selector{});
        }
    }
}

}  // namespace ringside::cpu
