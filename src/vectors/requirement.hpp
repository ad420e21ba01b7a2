// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <span>
#include <string_view>

#include "cpu/model.hpp"

namespace ringside::vectors {

/// The part of the processor that an instruction belongs to and that CPUID of `model` does not
/// show: "FPU", "MMX", "FXSR", "SSE", "SSE2", "SSE3"; empty when nothing is missing.
[[nodiscard]] std::string_view missing_part(std::span<const std::byte> instruction, bool code32,
                                            cpu::Model model);

}  // namespace ringside::vectors
