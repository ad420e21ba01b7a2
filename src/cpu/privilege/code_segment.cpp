// SPDX-License-Identifier: MIT
#include "cpu/privilege/code_segment.hpp"

#include <algorithm>

#include "cpu/segments/descriptor_table.hpp"

namespace ringside::cpu {
namespace {

constexpr auto gp = Vector::general_protection;

/// A system descriptor as the target of a far transfer. Checks come first: what a program may not
/// use is its own fault, only what it may is missing here.
[[noreturn]] void refuse_system_target(const Cpu& cpu, Selector selector, Descriptor d) {
    std::string_view feature;
    switch (d.type()) {
        case 1:
        case 9: feature = "far transfer to a TSS"; break;
        case 4:
        case 12: feature = "far transfer through a call gate"; break;
        case 5: feature = "far transfer through a task gate"; break;
        default: throw selector_fault(gp, selector);
    }
    if (d.dpl() < std::max(cpu.cpl, selector.rpl())) {
        throw selector_fault(gp, selector);
    }
    if (!d.present()) {
        throw selector_fault(Vector::segment_not_present, selector);
    }
    throw FeatureNotBuilt{feature};
}

CheckedSegment present_code_segment(Cpu& cpu, TableEntry& entry, Selector selector, unsigned cpl) {
    if (!entry.descriptor.present()) [[unlikely]] {
        throw selector_fault(Vector::segment_not_present, selector);
    }
    mark_accessed(cpu, entry);
    return {entry.descriptor, selector.with_rpl(cpl)};
}

}  // namespace

CheckedSegment far_code_segment(Cpu& cpu, Selector selector) {
    TableEntry entry = read_descriptor(cpu, selector, gp);
    const Descriptor d = entry.descriptor;
    if (d.is_system()) {
        refuse_system_target(cpu, selector, d);
    }
    const bool allowed =
        d.conforming() ? d.dpl() <= cpu.cpl : d.dpl() == cpu.cpl && selector.rpl() <= cpu.cpl;
    if (!d.is_code() || !allowed) {
        throw selector_fault(gp, selector);
    }
    return present_code_segment(cpu, entry, selector, cpu.cpl);
}

CheckedSegment return_code_segment(Cpu& cpu, Selector selector) {
    TableEntry entry = read_descriptor(cpu, selector, gp);
    const Descriptor d = entry.descriptor;
    const unsigned rpl = selector.rpl();
    const bool allowed = d.conforming() ? d.dpl() <= rpl : d.dpl() == rpl;
    if (!d.is_code() || rpl < cpu.cpl || !allowed) [[unlikely]] {
        throw selector_fault(gp, selector);
    }
    return present_code_segment(cpu, entry, selector, rpl);
}

}  // namespace ringside::cpu
