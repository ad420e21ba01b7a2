// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

namespace ringside::oracle {

/// How the last program ended, if not by an exit. Written by the signal handler.
struct SignalReport {
    bool exited = false;  ///< the trap was behind the jump of an exit
    bool stuck = false;
    std::uint8_t vector = 0;
    std::uint32_t error_code = 0;
    std::uint32_t page_fault_address = 0;
};

/// Brackets a run: signals between the two calls belong to the program.
void program_starts();
const SignalReport& program_ended();

/// Installs the handlers on a stack of their own, and a clock that notices programs that do not
/// end. Throws HostCannot.
void install_handlers(void* stack, std::size_t size);
void remove_handlers();

}  // namespace ringside::oracle
