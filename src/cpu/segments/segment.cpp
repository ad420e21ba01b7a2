// SPDX-License-Identifier: MIT
#include "cpu/segments/segment.hpp"

namespace ringside::cpu {

void Segment::load_bounded(Selector with_selector, Descriptor with_descriptor) {
    selector = with_selector;
    readable = with_descriptor.readable();
    writable = with_descriptor.writable();
    base = with_descriptor.base();
    lowest = 0;
    highest = with_descriptor.limit();
    descriptor = with_descriptor;
    if (with_descriptor.expand_down()) {
        // Valid offsets are limit+1 up to the top that the B bit gives.
        const std::uint32_t top = is_32bit() ? 0xFFFFFFFFU : 0xFFFFU;
        const bool any = highest < top;
        lowest = any ? highest + 1 : 1;
        highest = any ? top : 0;
    }
    work_out_modes();
}

void Segment::work_out_modes() {
    const bool flat = base == 0 && lowest == 0 && highest == 0xFFFFFFFFU;
    as_code = static_cast<std::uint8_t>((is_32bit() ? block_mode::code32 : 0U) |
                                        (flat ? block_mode::flat_code : 0U));
    as_data = flat && readable && writable ? block_mode::flat_data : 0;
    as_stack = is_32bit() ? as_data : 0;
}

}  // namespace ringside::cpu
