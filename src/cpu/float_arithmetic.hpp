// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string_view>

namespace ringside::cpu {

struct Cpu;

/// Who computes what IEEE 754 fixes, for the x87 and for SSE: instructions of the host, where it
/// has them, or integers. Results, flags and clocks are the same.
enum class FloatArithmetic : std::uint8_t { host, soft };

/// Of "soft"; any other name is the host's.
[[nodiscard]] constexpr FloatArithmetic float_arithmetic_named(std::string_view name) {
    return name == "soft" ? FloatArithmetic::soft : FloatArithmetic::host;
}

void set_float_arithmetic(Cpu& cpu, FloatArithmetic arithmetic);

}  // namespace ringside::cpu
