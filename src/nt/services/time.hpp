// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

#include "base/address.hpp"

namespace ringside::nt {

class Kernel;

/// The clock interrupt: `increment` units of 100 ns have passed. Updates the shared page, charges
/// the tick to the interrupted mode, and ends the waits whose time is over.
void KeUpdateSystemTime(Kernel& kernel, LinearAddress frame, std::uint32_t increment);

}  // namespace ringside::nt
