// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

namespace ringside::cpu::timing {

/// What the levels above `table` want to know of one instruction: all of it fixed when its block
/// is decoded.
struct Issue {
    std::uint8_t length = 0;  ///< in bytes
};

}  // namespace ringside::cpu::timing
