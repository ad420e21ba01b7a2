// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "guest/service_call.hpp"
#include "nt/service_context.hpp"

namespace ringside::nt {

/// A call that an observer was told of, until it hears of the answer.
struct ObservedCall {
    guest::ServiceCall call;
    const ServiceRow* row;
    std::vector<std::uint32_t> words;
};

/// The call as a trace shows it: each argument decoded by its type. Reads guest memory without
/// taking page faults, so that watching changes nothing.
[[nodiscard]] guest::ServiceCall describe_call(ServiceContext& context, const ServiceRow& row,
                                               std::span<const std::uint32_t> words,
                                               LinearAddress arguments);

[[nodiscard]] guest::ServiceCall describe_missing(Kernel& kernel, const ThunkRow& thunk,
                                                  LinearAddress arguments);

/// Status and what the service wrote through its output pointers.
[[nodiscard]] guest::ServiceResult describe_result(ServiceContext& context, const ServiceRow& row,
                                                   std::span<const std::uint32_t> words,
                                                   const ServiceOutcome& outcome);

}  // namespace ringside::nt
