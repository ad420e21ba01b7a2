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

namespace {

/// Everything but what load_segment() does itself.
[[gnu::noinline]] void load_any_segment(Cpu& cpu, SegmentRegister r, Selector selector) {
    Segment& s = cpu.segment(r);
    if (!cpu.protected_mode()) {
        s.load_paragraph(selector);
    } else if (r == SegmentRegister::ss) {
        stack_segment(cpu, selector, cpu.cpl).load_into(s);
    } else {
        data_segment(cpu, selector, cpu.cpl).load_into(s);
    }
}

}  // namespace

// A kernel's entry and exit load DS, ES and FS, from entries of the GDT that are at hand. This is
// for them; it holds nothing over a call, so it has no frame.
void load_segment(Cpu& cpu, SegmentRegister r, Selector selector) {
    const std::uint32_t last = selector.offset() + 7U;
    const LinearAddress address = cpu.gdtr.base + selector.offset();
    const bool in_gdt = selector.table() == TableIndicator::gdt && !selector.is_null() &&
                        last <= cpu.gdtr.limit && cpu.protected_mode();
    const std::byte* const host =
        in_gdt ? cpu.readable_at(address, 8, mmu::Privilege::supervisor) : nullptr;
    if (host == nullptr || r == SegmentRegister::ss) [[unlikely]] {
        load_any_segment(cpu, r, selector);
        return;
    }
    const Descriptor d{load<std::uint64_t>(host)};
    if (d.rights() != usual_rights::data(3) &&
        d.rights() != usual_rights::data(std::max(cpu.cpl, selector.rpl()))) [[unlikely]] {
        load_any_segment(cpu, r, selector);
        return;
    }
    Segment& s = cpu.segment(r);
    if (s.selector == selector && s.descriptor == d) {
        return;  // often what the register holds already
    }
    if (d.is_flat()) {
        s.load_flat(selector, d);
        return;
    }
    Segment& known = cpu.worked_out_segment(selector);
    if (known.selector != selector || known.descriptor != d) {
        known.load(selector, d);
    }
    s = known;
}

}  // namespace ringside::cpu
