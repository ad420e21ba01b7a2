// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

namespace ringside::cpu::fpu {

/// Bits of the status word. The low six stand for the same exceptions in the control word, where
/// they mask them.
namespace status {
inline constexpr std::uint16_t invalid = 1U << 0;      ///< IE
inline constexpr std::uint16_t denormal = 1U << 1;     ///< DE
inline constexpr std::uint16_t zero_divide = 1U << 2;  ///< ZE
inline constexpr std::uint16_t overflow = 1U << 3;     ///< OE
inline constexpr std::uint16_t underflow = 1U << 4;    ///< UE
inline constexpr std::uint16_t inexact = 1U << 5;      ///< PE
inline constexpr std::uint16_t exceptions = 0x3F;
/// Found in the operands, before there is a result: unmasked, they leave the destination alone.
inline constexpr std::uint16_t before_result = invalid | denormal | zero_divide;
inline constexpr std::uint16_t stack_fault = 1U << 6;  ///< SF
inline constexpr std::uint16_t summary = 1U << 7;      ///< ES
inline constexpr std::uint16_t c0 = 1U << 8;
inline constexpr std::uint16_t c1 = 1U << 9;
inline constexpr std::uint16_t c2 = 1U << 10;
inline constexpr std::uint16_t top = 7U << 11;
inline constexpr unsigned top_shift = 11;
inline constexpr std::uint16_t c3 = 1U << 14;
inline constexpr std::uint16_t busy = 1U << 15;  ///< B: the same as ES since the 387
inline constexpr std::uint16_t conditions = c0 | c1 | c2 | c3;
}  // namespace status

/// Where a result goes between two neighbours.
enum class Rounding : std::uint8_t { nearest, down, up, to_zero };

/// The control word.
struct Control {
    std::uint16_t value = initial;

    static constexpr std::uint16_t initial = 0x037F;  ///< after FNINIT
    static constexpr std::uint16_t defined = 0x1F7F;
    static constexpr std::uint16_t ones = 0x0040;

    friend constexpr bool operator==(Control, Control) = default;

    [[nodiscard]] static constexpr Control loaded(std::uint16_t word) {
        return {static_cast<std::uint16_t>((word & defined) | ones)};
    }
    [[nodiscard]] constexpr Rounding rounding() const {
        return static_cast<Rounding>((value >> 10) & 3U);
    }
    /// Bits of significand to which basic arithmetic rounds. The reserved setting is 64.
    [[nodiscard]] constexpr unsigned precision() const {
        constexpr unsigned widths[] = {24, 64, 53, 64};
        return widths[(value >> 8) & 3U];
    }
    [[nodiscard]] constexpr bool masks(std::uint16_t exceptions) const {
        return (exceptions & status::exceptions & ~value) == 0;
    }
    [[nodiscard]] constexpr std::uint16_t unmasked(std::uint16_t flags) const {
        return static_cast<std::uint16_t>(flags & status::exceptions & ~value);
    }
};

}  // namespace ringside::cpu::fpu
