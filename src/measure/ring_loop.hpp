// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <cstdint>

#include "guest/machine.hpp"
#include "measure/round_trip.hpp"

namespace ringside::measure {

enum class Way : std::uint8_t { int2e, sysenter };

/// Ring 3 to ring 0 and back by the shortest kernel there is: a gate, or the MSRs, and a return.
[[nodiscard]] RoundTrip measure_ring_loop(const guest::MachineConfig& config, Way way,
                                          std::uint64_t rounds);

/// How long the host takes for that many rounds, start-up included.
[[nodiscard]] std::chrono::nanoseconds time_ring_loop(const guest::MachineConfig& config, Way way,
                                                      std::uint64_t rounds);

}  // namespace ringside::measure
