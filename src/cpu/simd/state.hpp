// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstdint>

namespace ringside::cpu::simd {

struct Arithmetic;
const Arithmetic& host_arithmetic();

/// One XMM register: 16 bytes, lowest first.
struct alignas(16) Xmm {
    std::array<std::uint64_t, 2> quads{};

    friend bool operator==(const Xmm&, const Xmm&) = default;
};

/// XMM0 to XMM7 and MXCSR, as RESET leaves them (SDM vol. 3, table 9-1).
struct State {
    static constexpr std::uint32_t mxcsr_at_reset = 0x1F80;
    /// Bits that MXCSR has, DAZ (6) among them; loading another one is #GP(0).
    static constexpr std::uint32_t mxcsr_mask = 0xFFFF;

    std::array<Xmm, 8> xmm{};
    std::uint32_t mxcsr = mxcsr_at_reset;
    /// Host or soft; either gives the same bits.
    const Arithmetic* arithmetic = &host_arithmetic();

    /// Bytes of a memory operand that lies in two pages, put together. Not architectural.
    Xmm assembled;
};

}  // namespace ringside::cpu::simd
