// SPDX-License-Identifier: MIT
#pragma once

#include <bit>
#include <concepts>
#include <cstdint>
#include <cstring>

namespace ringside {

/// Bit `index` of `value`, as 0 or 1.
template <std::unsigned_integral T>
constexpr T bit(T value, unsigned index) {
    return static_cast<T>((value >> index) & 1U);
}

/// Bits `high` to `low` of `value`, both included, moved down to bit 0.
template <std::unsigned_integral T>
constexpr T bits(T value, unsigned high, unsigned low) {
    const unsigned width = high - low + 1;
    const T mask =
        width >= sizeof(T) * 8 ? static_cast<T>(~T{0}) : static_cast<T>((T{1} << width) - T{1});
    return static_cast<T>((value >> low) & mask);
}

/// Little-endian load from unaligned host memory; the guest's byte order everywhere.
template <typename T>
[[nodiscard]] inline T load(const void* from) {
    static_assert(std::endian::native == std::endian::little);
    T value;
    std::memcpy(&value, from, sizeof value);
    return value;
}

template <typename T>
inline void store(void* to, T value) {
    std::memcpy(to, &value, sizeof value);
}

/// `value` rounded up to a multiple of `alignment`, a power of two.
template <std::unsigned_integral T>
constexpr T align_up(T value, T alignment) {
    return static_cast<T>((value + alignment - 1) & ~(alignment - 1));
}

}  // namespace ringside
