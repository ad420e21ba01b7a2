// SPDX-License-Identifier: MIT
#include "cpu/privilege/code_segment.hpp"

namespace ringside::cpu {
namespace {

constexpr auto gp = Vector::general_protection;

CheckedSegment present_code_segment(Cpu& cpu, TableEntry& entry, Selector selector, unsigned cpl) {
    if (!entry.descriptor.present()) [[unlikely]] {
        throw selector_fault(Vector::segment_not_present, selector);
    }
    mark_accessed(cpu, entry);
    return {entry.descriptor, selector.with_rpl(cpl)};
}

}  // namespace

CheckedSegment far_code_segment(Cpu& cpu, TableEntry& entry, Selector selector) {
    const Descriptor d = entry.descriptor;
    const bool allowed =
        d.conforming() ? d.dpl() <= cpu.cpl : d.dpl() == cpu.cpl && selector.rpl() <= cpu.cpl;
    if (!d.is_code() || !allowed) {
        throw selector_fault(gp, selector);
    }
    return present_code_segment(cpu, entry, selector, cpu.cpl);
}

CheckedSegment unusual_return_code_segment(Cpu& cpu, Selector selector,
                                           std::optional<TableEntry> entry) {
    if (!entry) {
        throw selector_fault(gp, selector);
    }
    const Descriptor d = entry->descriptor;
    const unsigned rpl = selector.rpl();
    const bool allowed = d.conforming() ? d.dpl() <= rpl : d.dpl() == rpl;
    if (!d.is_code() || rpl < cpu.cpl || !allowed) [[unlikely]] {
        throw selector_fault(gp, selector);
    }
    return present_code_segment(cpu, *entry, selector, rpl);
}

}  // namespace ringside::cpu
