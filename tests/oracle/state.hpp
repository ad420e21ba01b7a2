// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

#include "vectors/vector.hpp"

namespace ringside::oracle {

/// What a program can see of the processor besides memory. CR0, CR3, DR6 and DR7 are not used.
struct State {
    vectors::Registers registers;
    vectors::FpuState fpu;
};

enum class Ending : std::uint8_t {
    completed,  ///< it reached an exit, or an HLT that is none of its own
    event,      ///< an exception or software interrupt was raised
    stuck,      ///< it ran on for too long
};

/// What a run left. Of an event the state is the interrupted one, as the processor pushed it.
struct Result {
    Ending ending = Ending::completed;
    vectors::Outcome outcome;
    State state;
};

}  // namespace ringside::oracle
