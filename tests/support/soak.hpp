// SPDX-License-Identifier: MIT
#pragma once

#include <cstdlib>

#include "base/text.hpp"

namespace ringside::test {

/// How many rounds a randomised test runs: `usual`, times RINGSIDE_SOAK when that is set, as
/// `./dev soak` does.
inline int rounds(int usual) {
    const char* const factor = std::getenv("RINGSIDE_SOAK");
    const auto number = factor != nullptr ? parse_number(factor) : std::nullopt;
    return number && *number >= 1 && *number <= 10000 ? usual * static_cast<int>(*number) : usual;
}

}  // namespace ringside::test
