// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

#include "cpu/cpu.hpp"
#include "cpu/exit.hpp"

namespace ringside::engine {

using cpu::Exit;
using cpu::ExitKind;

/// Something that makes a CPU go. The state lives in cpu::Cpu, so engines may hand over at any
/// exit and be compared in lockstep.
class Engine {
  public:
    virtual ~Engine() = default;

    /// Runs until the counter reaches `until_tick`, or until the CPU needs the world outside. Also
    /// comes back somewhere around `pause_tick`, which changes nothing for the guest.
    virtual Exit run(std::uint64_t until_tick, std::uint64_t pause_tick) = 0;
};

}  // namespace ringside::engine
