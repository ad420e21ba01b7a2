// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

#include "guest/machine.hpp"
#include "guest/personality.hpp"

namespace ringside::debug {

/// Where an inspector wants the machine to stand.
enum class Place : std::uint8_t {
    program_entry,  ///< the program's first own instruction, else the first of ring 3
    first_frame,    ///< the frame of the first system call is complete
};

/// Runs a booted machine to a place. StopKind::observer when it got there, else why not.
guest::StopReason run_to(Place place, guest::Machine& machine, guest::Personality& personality,
                         const guest::Limits& limits);

/// The same up to the instruction at an address.
guest::StopReason run_to(LinearAddress address, guest::Machine& machine,
                         guest::Personality& personality, const guest::Limits& limits);

}  // namespace ringside::debug
