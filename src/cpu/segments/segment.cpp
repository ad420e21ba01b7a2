// SPDX-License-Identifier: MIT
#include "cpu/segments/segment.hpp"

namespace ringside::cpu {

Segment Segment::from(Selector selector, Descriptor d) {
    Segment s;
    s.selector = selector;
    s.base = d.base();
    s.descriptor = d;
    s.readable = d.readable();
    s.writable = d.writable();
    if (d.expand_down()) {
        // Valid offsets are limit+1 up to the top that the B bit gives.
        const std::uint32_t top = d.is_32bit() ? 0xFFFFFFFFU : 0xFFFFU;
        if (d.limit() < top) {
            s.lowest = d.limit() + 1;
            s.highest = top;
        }
    } else {
        s.lowest = 0;
        s.highest = d.limit();
    }
    return s;
}

Segment Segment::null(Selector selector) {
    Segment s;
    s.selector = selector;
    return s;
}

}  // namespace ringside::cpu
