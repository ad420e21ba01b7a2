// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string_view>

namespace ringside::cpu {

/// Interrupt vectors; the named ones are the processor's own (Intel SDM vol. 3, ch. "Interrupt and
/// Exception Handling"). Any number up to 255 is a vector.
enum class Vector : std::uint8_t {
    divide_error = 0,
    debug = 1,
    nmi = 2,
    breakpoint = 3,
    overflow = 4,
    bound_range = 5,
    invalid_opcode = 6,
    device_not_available = 7,
    double_fault = 8,
    coprocessor_overrun = 9,
    invalid_tss = 10,
    segment_not_present = 11,
    stack_fault = 12,
    general_protection = 13,
    page_fault = 14,
    x87_error = 16,
    alignment_check = 17,
    machine_check = 18,
    simd_error = 19,
};

/// "#GP", "#PF" ...; empty for a vector that is no exception.
[[nodiscard]] std::string_view mnemonic(Vector vector);

/// Whether the exception pushes an error code.
[[nodiscard]] constexpr bool pushes_error_code(Vector vector) {
    switch (static_cast<std::uint8_t>(vector)) {
        case 8:
        case 10:
        case 11:
        case 12:
        case 13:
        case 14:
        case 17: return true;
        default: return false;
    }
}

}  // namespace ringside::cpu
