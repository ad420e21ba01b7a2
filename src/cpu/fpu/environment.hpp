// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "cpu/fpu/state.hpp"

namespace ringside::cpu::fpu {

/// The four layouts of FSTENV and FSAVE: by operand size, and whether pointers are selector and
/// offset or (real and V86 mode) linear addresses. SDM vol. 1, 8.1.10.
struct ImageFormat {
    bool wide = true;  ///< 32-bit operand size
    bool protected_mode = true;

    [[nodiscard]] constexpr unsigned environment_size() const { return wide ? 28 : 14; }
    [[nodiscard]] constexpr unsigned save_size() const { return environment_size() + 80; }
};

/// The tag word with two bits for each of R0 to R7: valid 0, zero 1, special 2, empty 3.
[[nodiscard]] std::uint16_t full_tag_word(const State& state);

void store_environment(const State& state, ImageFormat format, std::span<std::byte> to);
void load_environment(State& state, ImageFormat format, std::span<const std::byte> from);

/// Environment, then ST(0) to ST(7).
void store_save_area(const State& state, ImageFormat format, std::span<std::byte> to);
void load_save_area(State& state, ImageFormat format, std::span<const std::byte> from);

/// The x87 part of the 512 bytes of FXSAVE: bytes 0 to 23 and the registers from 32 on. MXCSR and
/// what follows the registers are not touched.
inline constexpr unsigned extended_save_size = 160;
void store_extended(const State& state, std::span<std::byte> to);
void load_extended(State& state, std::span<const std::byte> from);

}  // namespace ringside::cpu::fpu
