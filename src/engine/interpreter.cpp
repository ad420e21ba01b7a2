// SPDX-License-Identifier: MIT
#include "engine/interpreter.hpp"

#include "base/ensure.hpp"

namespace ringside::engine {
namespace {

/// Marks a stretch in which the guest runs.
class Running {
  public:
    explicit Running(bool& flag) : flag_(flag) {
        ensure(!flag, "what a guest calls must not run the guest again");
        flag_ = true;
    }
    Running(const Running&) = delete;
    Running& operator=(const Running&) = delete;
    ~Running() { flag_ = false; }

  private:
    bool& flag_;
};

}  // namespace

Exit InterpreterEngine::run(std::uint64_t until_tick, std::uint64_t pause_tick) {
    const Running running(running_);
    return cpu_.run(until_tick, pause_tick);
}

}  // namespace ringside::engine
