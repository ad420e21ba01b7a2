// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

#include "base/address.hpp"
#include "nt/ntstatus.hpp"

namespace ringside::nt {

/// What user code answered to a callback. The output is where it said, in its own memory: read it
/// as any user's.
struct CallbackAnswer {
    NTSTATUS status;
    LinearAddress output;
    std::uint32_t output_length = 0;
};

}  // namespace ringside::nt
