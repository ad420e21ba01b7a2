// SPDX-License-Identifier: MIT
#include "cpu/segments/segment.hpp"

namespace ringside::cpu {

inline void Segment::work_out_modes() {
    as_code = is_32bit() ? block_mode::code32 : 0;
    as_data = 0;
    as_stack = 0;
    // FS and GS, whose loads this is for, seldom have base 0.
    if ((base | lowest | ~highest) == 0) {
        as_code |= block_mode::flat_code;
        as_data = readable && writable ? block_mode::flat_data : 0;
        as_stack = is_32bit() ? as_data : 0;
    }
}

void Segment::load_bounded(Selector with_selector, Descriptor with_descriptor) {
    selector = with_selector;
    readable = with_descriptor.readable();
    writable = with_descriptor.writable();
    base = with_descriptor.base();
    lowest = 0;
    highest = with_descriptor.limit();
    descriptor = with_descriptor;
    if (with_descriptor.expand_down()) [[unlikely]] {
        // Valid offsets are limit+1 up to the top that the B bit gives.
        const std::uint32_t top = is_32bit() ? 0xFFFFFFFFU : 0xFFFFU;
        const bool any = highest < top;
        lowest = any ? highest + 1 : 1;
        highest = any ? top : 0;
    }
    work_out_modes();
}

void Segment::load_paragraph(Selector with_selector) {
    selector = with_selector;
    base = std::uint32_t{with_selector.value()} << 4;
    descriptor = descriptor.with_base(base);
    work_out_modes();
}

}  // namespace ringside::cpu
