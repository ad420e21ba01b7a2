// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstdint>

#include "oracle/random.hpp"
#include "vectors/vector.hpp"

namespace ringside::oracle {

/// Numbers at which instructions change what they do, more often than others.
[[nodiscard]] std::uint32_t interesting32(Random& random);
[[nodiscard]] std::uint32_t interesting_float(Random& random);
[[nodiscard]] std::uint64_t interesting_double(Random& random);
[[nodiscard]] std::array<std::uint8_t, 10> interesting_extended(Random& random);
/// 16 bytes of integers, of floats or of doubles.
[[nodiscard]] std::array<std::uint8_t, 16> interesting_vector(Random& random);

/// x87 and SSE state; mostly with every exception masked.
[[nodiscard]] vectors::FpuState interesting_fpu(Random& random);

}  // namespace ringside::oracle
