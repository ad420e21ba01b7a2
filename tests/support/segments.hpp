// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

#include "cpu/segments/segment.hpp"

namespace ringside::test {

/// Loads the segment register anew, with another base.
inline void move_segment(cpu::Segment& s, std::uint32_t base) {
    s.load(s.selector, s.descriptor.with_base(base));
}

/// The same with another limit: `last` is the last valid offset, and from 1 MiB on of a page.
inline void limit_segment(cpu::Segment& s, std::uint32_t last) {
    const bool pages = last > 0xFFFFF;
    const std::uint32_t limit = pages ? last >> 12 : last;
    const std::uint32_t granularity = pages ? 1U << 23 : 0U;
    s.load(s.selector,
           cpu::Descriptor{(s.descriptor.low() & 0xFFFF0000U) | (limit & 0xFFFFU),
                           (s.descriptor.high() & 0xFF70FFFFU) | (limit & 0xF0000U) | granularity});
}

}  // namespace ringside::test
