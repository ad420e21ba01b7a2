// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <span>

#include "nt/service_table.hpp"

namespace ringside::nt {

class Kernel;

/// The kernel helpers behind the hypercall port, as data/nt/hypercalls.tsv numbers them.
inline constexpr std::uint32_t first_helper_id = 0x8000;

/// How many dwords a helper takes; 0 for an id that is none.
[[nodiscard]] std::size_t helper_arguments(std::uint32_t id);

[[nodiscard]] ServiceOutcome run_helper(Kernel& kernel, std::uint32_t id,
                                        std::span<const std::uint32_t> words);

}  // namespace ringside::nt
