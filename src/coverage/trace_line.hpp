// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/expected.hpp"
#include "guest/service_state.hpp"

namespace ringside::coverage {

/// What a line of a trace (docs/formats.md) says of services. Members that a line does not have, or
/// has in another form, are empty.
struct TraceLine {
    std::string type{};
    // Of the header.
    std::optional<std::uint64_t> version{};
    std::string program{};
    // Of a call.
    std::string name{};
    std::optional<std::uint64_t> number{};  ///< EAX at the entry
    bool has_service = false;               ///< a body was run for it, or missed
    std::optional<guest::ServiceState> state{};
    std::optional<std::uint64_t> status{};  ///< the body's, else what came back
};

/// Text of no JSON object: what is wrong with it, as the parser says.
[[nodiscard]] Expected<TraceLine, std::string> read_trace_line(std::string_view line);

}  // namespace ringside::coverage
