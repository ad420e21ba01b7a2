// SPDX-License-Identifier: MIT
#pragma once

#include <bit>
#include <cstdint>

namespace ringside::cpu::fpu {

__extension__ using Uint128 = unsigned __int128;
__extension__ using Int128 = __int128;

[[nodiscard]] constexpr Uint128 wide(std::uint64_t high, std::uint64_t low = 0) {
    return (Uint128{high} << 64) | low;
}
[[nodiscard]] constexpr std::uint64_t high_half(Uint128 v) {
    return static_cast<std::uint64_t>(v >> 64);
}
[[nodiscard]] constexpr std::uint64_t low_half(Uint128 v) {
    return static_cast<std::uint64_t>(v);
}
/// Zeros above the highest set bit; 128 for zero.
[[nodiscard]] constexpr int leading_zeros(Uint128 v) {
    return high_half(v) != 0 ? std::countl_zero(high_half(v)) : 64 + std::countl_zero(low_half(v));
}
/// `v >> count`, where ones that fall out leave bit 0 set.
[[nodiscard]] constexpr Uint128 shift_right_sticky(Uint128 v, unsigned count) {
    if (count == 0) {
        return v;
    }
    if (count >= 128) {
        return v != 0 ? 1U : 0U;
    }
    const bool lost = (v << (128 - count)) != 0;
    return (v >> count) | (lost ? 1U : 0U);
}

}  // namespace ringside::cpu::fpu
