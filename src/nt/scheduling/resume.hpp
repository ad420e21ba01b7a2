// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

#include "kernelkit/resume.hpp"
#include "kernelkit/wait.hpp"
#include "nt/service_table.hpp"

namespace ringside::nt {

/// What a suspended service does when its thread goes on. Numbers, so that a snapshot can hold
/// them.
enum class ResumeNumber : std::uint32_t {
    return_status,          ///< state: the NTSTATUS it had already decided on
    end_of_delay,           ///< state: none
    end_of_wait,            ///< state: none
    end_of_suspension,      ///< state: none
    end_of_message_filter,  ///< state: none
};

inline constexpr std::uint32_t resume_numbers = 5;

/// Runs the function of that number: on the thread that was suspended, with its wait's result.
[[nodiscard]] ServiceOutcome run_resume(ServiceContext& context, const kernelkit::Resume& resume,
                                        const kernelkit::WaitResult& result);

template <typename State = std::uint32_t>
[[nodiscard]] kernelkit::Resume resume_with(ResumeNumber number, const State& state = {}) {
    return kernelkit::Resume(static_cast<std::uint32_t>(number), state);
}

}  // namespace ringside::nt
