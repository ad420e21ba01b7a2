// SPDX-License-Identifier: MIT
#pragma once

#include "engine/engine.hpp"

namespace ringside::engine {

/// Runs decoded blocks; see cpu/dispatch.hpp.
class InterpreterEngine : public Engine {
  public:
    explicit InterpreterEngine(cpu::Cpu& cpu) : cpu_(cpu) {}
    Exit run(std::uint64_t until_tick, std::uint64_t pause_tick) override;

  private:
    cpu::Cpu& cpu_;
    bool running_ = false;
};

}  // namespace ringside::engine
