// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

#include "nt/scheduling/resume.hpp"
#include "nt/service_context.hpp"

namespace ringside::nt {

/// The resumes of NtDelayExecution and of the waits for objects.
[[nodiscard]] ServiceOutcome end_of_delay(ServiceContext& context, const kernelkit::Resume& resume,
                                          const kernelkit::WaitResult& result);
[[nodiscard]] ServiceOutcome end_of_wait(ServiceContext& context, const kernelkit::Resume& resume,
                                         const kernelkit::WaitResult& result);

/// Interrupt time at which a timeout ends: relative when negative, else a system time. Nothing for
/// one that never does.
[[nodiscard]] std::optional<kernelkit::GuestTime> due_time(const Kernel& kernel,
                                                           std::int64_t timeout);

}  // namespace ringside::nt
