// SPDX-License-Identifier: MIT
#pragma once

#include "cpu/fpu/state.hpp"

namespace ringside::cpu::fpu {

/// A bit that no control word has set: PE is noted already, so whether the operation raises it
/// need not be found out. The host's FNCLEX costs five times what its arithmetic does.
inline constexpr std::uint16_t inexact_is_noted = 1U << 15;

/// The control word for basic arithmetic, with the hint.
[[nodiscard]] inline Control with_inexact_hint(const State& state) {
    const bool noted = (state.status & status::inexact) != 0;
    return {static_cast<std::uint16_t>(state.control.value | (noted ? inexact_is_noted : 0U))};
}

}  // namespace ringside::cpu::fpu
