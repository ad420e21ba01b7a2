// SPDX-License-Identifier: MIT
#include "cpu/segments/segment_load.hpp"

#include <algorithm>

namespace ringside::cpu {

void CheckedSegment::load_other_into(Segment& s) const {
    if (descriptor.present()) [[likely]] {
        s.load(selector, descriptor);
    } else {
        s = Segment::null(selector);
    }
}

namespace {

CheckedSegment checked_data_segment(Cpu& cpu, Selector selector, TableEntry entry, unsigned cpl,
                                    const LoadFaults& faults) {
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

}  // namespace

CheckedSegment data_segment(Cpu& cpu, Selector selector, unsigned cpl, const LoadFaults& faults) {
    if (selector.is_null()) {
        return {{}, selector};
    }
    const TableEntry entry = read_descriptor(cpu, selector, faults.invalid, faults.ext);
    return checked_data_segment(cpu, selector, entry, cpl, faults);
}

CheckedSegment unusual_stack_segment(Cpu& cpu, Selector selector, std::optional<TableEntry> entry,
                                     unsigned cpl, const LoadFaults& faults) {
    if (!entry) {
        throw selector_fault(faults.invalid, selector, faults.ext);
    }
    const Descriptor d = entry->descriptor;
    if (selector.rpl() != cpl || !d.writable() || d.dpl() != cpl) [[unlikely]] {
        throw selector_fault(faults.invalid, selector, faults.ext);
    }
    if (!d.present()) [[unlikely]] {
        throw selector_fault(faults.absent_stack, selector, faults.ext);
    }
    mark_accessed(cpu, *entry);
    return {entry->descriptor, selector};
}

void load_segment(Cpu& cpu, SegmentRegister r, Selector selector) {
    if (!cpu.protected_mode()) [[unlikely]] {
        cpu.segment(r).load_paragraph(selector);
        return;
    }
    if (r == SegmentRegister::ss) {
        stack_segment(cpu, selector, cpu.cpl).load_into(cpu.segment(r));
        return;
    }
    const auto entry = find_descriptor(cpu, selector);
    if (!entry) [[unlikely]] {
        data_segment(cpu, selector, cpu.cpl).load_into(cpu.segment(r));  // null, or a fault
        return;
    }
    const Descriptor d = entry->descriptor;
    if (d.rights() == usual_rights::data(3) ||
        d.rights() == usual_rights::data(std::max(cpu.cpl, selector.rpl()))) [[likely]] {
        Segment& s = cpu.segment(r);
        // A kernel's entry loads DS and ES with what they hold.
        if (s.selector != selector || s.descriptor.low() != d.low() ||
            s.descriptor.high() != d.high()) {
            s.load(selector, d);
        }
        return;
    }
    checked_data_segment(cpu, selector, *entry, cpu.cpl, {}).load_into(cpu.segment(r));
}

}  // namespace ringside::cpu
