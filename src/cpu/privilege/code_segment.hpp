// SPDX-License-Identifier: MIT
#pragma once

#include "cpu/cpu.hpp"
#include "cpu/segments/descriptor_table.hpp"
#include "cpu/segments/segment_load.hpp"

namespace ringside::cpu {

/// CS of a far JMP or CALL that names a code segment: the privilege stays, so a nonconforming one
/// has DPL = CPL >= RPL and a conforming one DPL <= CPL. Throws #GP or #NP with the selector.
[[nodiscard]] CheckedSegment far_code_segment(Cpu& cpu, TableEntry& entry, Selector selector);

/// CS of a far RET or IRET: RPL is the privilege returned to, never more than CPL.
[[nodiscard]] CheckedSegment unusual_return_code_segment(Cpu& cpu, Selector selector,
                                                         std::optional<TableEntry> entry);
[[nodiscard]] inline CheckedSegment return_code_segment(Cpu& cpu, Selector selector) {
    const auto entry = find_descriptor(cpu, selector);
    const unsigned rpl = selector.rpl();
    if (entry && entry->descriptor.rights() == usual_rights::code(rpl) && rpl >= cpu.cpl)
        [[likely]] {
        return {entry->descriptor, selector};
    }
    return unusual_return_code_segment(cpu, selector, entry);
}

}  // namespace ringside::cpu
