// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

#include "cpu/fpu/control.hpp"

namespace ringside::cpu::simd {

/// The control and status register of SSE. Its six exceptions stand in the order of the x87's, as
/// flags in bits 0 to 5 and as masks in bits 7 to 12, so fpu::status names them here too.
struct Mxcsr {
    std::uint32_t value = all_masked;

    static constexpr std::uint32_t all_masked = 0x1F80;  ///< and rounding to nearest
    static constexpr std::uint32_t exceptions = 0x3F;
    static constexpr std::uint32_t denormals_are_zeros = 1U << 6;
    static constexpr unsigned masks_shift = 7;
    static constexpr unsigned rounding_shift = 13;
    static constexpr std::uint32_t flush_to_zero = 1U << 15;
    /// Everything but flags and masks.
    static constexpr std::uint32_t controls =
        denormals_are_zeros | 3U << rounding_shift | flush_to_zero;

    [[nodiscard]] constexpr fpu::Rounding rounding() const {
        return static_cast<fpu::Rounding>((value >> rounding_shift) & 3U);
    }
    [[nodiscard]] constexpr bool takes_denormals_as_zeros() const {
        return (value & denormals_are_zeros) != 0;
    }
    /// FTZ counts only while underflow is masked (SDM vol. 1, 10.2.3.3).
    [[nodiscard]] constexpr bool flushes() const {
        return (value & flush_to_zero) != 0 && unmasked(fpu::status::underflow) == 0;
    }
    [[nodiscard]] constexpr std::uint16_t unmasked(unsigned flags) const {
        return static_cast<std::uint16_t>(flags & exceptions & ~(value >> masks_shift));
    }
    /// Notes the exceptions that the lanes of an instruction raised; true when the responses to all
    /// of them are masked and its destination is to be written. An unmasked one of any operand
    /// ends the instruction before there are results (SDM vol. 1, 11.5.1).
    [[nodiscard]] constexpr bool raise(unsigned flags) {
        const bool ends_early = unmasked(flags & fpu::status::before_result) != 0;
        const unsigned noted = flags & (ends_early ? fpu::status::before_result : exceptions);
        value |= noted;
        return unmasked(noted) == 0;
    }
    /// The x87 control word with the same masks and rounding.
    [[nodiscard]] constexpr fpu::Control control() const {
        return {static_cast<std::uint16_t>(((value >> masks_shift) & exceptions) |
                                           ((value >> rounding_shift) & 3U) << 10)};
    }
};

}  // namespace ringside::cpu::simd
