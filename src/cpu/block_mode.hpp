// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

/// Properties of the current context that decoded blocks depend on; part of a block's key.
namespace ringside::cpu::block_mode {
inline constexpr std::uint32_t code32 = 1;
/// DS, ES and SS are flat and writable and SS is 32-bit: memory operands need no segment check.
inline constexpr std::uint32_t flat_data = 2;
/// At most one instruction to a block: near an event, and while TF is set.
inline constexpr std::uint32_t single = 4;
inline constexpr std::uint32_t user = 8;
inline constexpr std::uint32_t flat_code = 16;
/// PE and not VM. Without it and at CPL 3 the mode is virtual 8086 mode.
inline constexpr std::uint32_t protected_mode = 32;
inline constexpr unsigned width = 6;

[[nodiscard]] constexpr bool is_virtual_8086(std::uint32_t mode) {
    return (mode & (user | protected_mode)) == user;
}
}  // namespace ringside::cpu::block_mode
