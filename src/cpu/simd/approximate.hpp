// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

namespace ringside::cpu::simd {

// RCPSS and RSQRTSS promise a relative error of 1.5 * 2^-12 and parts differ inside it. These keep
// 13 bits of the result, rounded to nearest, so their error is at most 2^-13. MXCSR has no say:
// nothing is raised, denormals are taken as zeros, and tiny results become zeros.

[[nodiscard]] std::uint32_t reciprocal(std::uint32_t value);
[[nodiscard]] std::uint32_t reciprocal_root(std::uint32_t value);

}  // namespace ringside::cpu::simd
