// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>

#include "vectors/vector.hpp"

namespace ringside::vectors {

/// The operand of FXSAVE and FXRSTOR (SDM vol. 1, "FXSAVE Area").
using FpuImage = std::array<std::byte, 512>;

/// Pointers and opcode are zero: vectors never hold them.
[[nodiscard]] FpuImage to_image(const FpuState& state);
[[nodiscard]] FpuState from_image(const FpuImage& image);

}  // namespace ringside::vectors
