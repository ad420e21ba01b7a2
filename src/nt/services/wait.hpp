// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

#include "nt/service_context.hpp"

namespace ringside::nt {

/// What runs when a wait is over, by the number that its Resume carries.
enum class ResumeNumber : std::uint32_t { end_of_delay = 1, end_of_wait = 2 };

/// Waits for a time: relative when negative, else a system time.
[[nodiscard]] ServiceOutcome delay(ServiceContext& context, bool alertable, std::int64_t interval);

/// Ends the wait of the thread whose timer ran out.
void expire_timers(Kernel& kernel);

/// Runs the resume of the wait that is over; its answer is the service's.
[[nodiscard]] ServiceOutcome finish_wait(Kernel& kernel);

}  // namespace ringside::nt
