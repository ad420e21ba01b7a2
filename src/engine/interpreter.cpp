// SPDX-License-Identifier: MIT
#include "engine/interpreter.hpp"

namespace ringside::engine {

Exit InterpreterEngine::run(std::uint64_t until_tick, std::uint64_t pause_tick) {
    return cpu_.run(until_tick, pause_tick);
}

}  // namespace ringside::engine
