// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

#include "cpu/cpu.hpp"
#include "cpu/segments/segment_load.hpp"

namespace ringside::cpu {

/// A stack that is not in SS:ESP yet.
struct InnerStack {
    CheckedSegment segment;
    std::uint32_t pointer = 0;
};

/// SS:ESP of an inner ring from the current TSS, with the checks of SDM vol. 3, "Stack Switching":
/// #TS(TSS) when it lies beyond the TSS, #TS(SS) for a selector that is no stack of that ring,
/// #SS(SS) when the segment is not present.
[[nodiscard]] InnerStack inner_stack(Cpu& cpu, unsigned ring, std::uint32_t ext);

}  // namespace ringside::cpu
