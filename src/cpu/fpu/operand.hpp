// SPDX-License-Identifier: MIT
#pragma once

#include <optional>

#include "cpu/fpu/result.hpp"

namespace ringside::cpu::fpu {

/// The answer that NaNs and unsupported encodings force upon an operation; empty when there are
/// none. SDM vol. 1, 4.8.3.5 (rules for handling NaNs).
[[nodiscard]] std::optional<Result> invalid_operand(Float80 a);
[[nodiscard]] std::optional<Result> invalid_operands(Float80 a, Float80 b);

/// DE when a source is denormal.
[[nodiscard]] std::uint16_t denormal_status(Source a);
[[nodiscard]] std::uint16_t denormal_status(Source a, Source b);

/// The response to an invalid operation that is not about NaNs.
[[nodiscard]] inline Result invalid_result() {
    return {indefinite, status::invalid};
}

}  // namespace ringside::cpu::fpu
