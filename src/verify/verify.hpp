// SPDX-License-Identifier: MIT
#pragma once

#include <functional>
#include <string_view>
#include <vector>

#include "verify/subject.hpp"

namespace ringside::verify {

/// Blocks of 1, 2, 8 and 64 instructions and the host's single steps, all traced; then blocks of 64
/// again with nobody watching.
[[nodiscard]] std::vector<Way> all_ways();

struct Request {
    std::vector<Way> ways = all_ways();  ///< the first is what the others are held against
    guest::Limits limits;
    bool quiet = false;  ///< only ways that differ
};

enum class Result : std::uint8_t {
    equal,
    differs,
    unfinished,  ///< a time limit or Ctrl-C ended a run, so there is nothing to compare
};

/// Runs the subject in every way and compares final counter, registers, RAM, output, the way it
/// ended and the trace. Of a way that differs the report names the first differing instruction.
[[nodiscard]] Result verify(const MakeSubject& make, const Request& request,
                            const std::function<void(std::string_view)>& write);

}  // namespace ringside::verify
