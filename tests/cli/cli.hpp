// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "support/process.hpp"

namespace ringside::test {

[[nodiscard]] inline std::string example(std::string_view name) {
    return std::string(RINGSIDE_EXAMPLES) + "/" + std::string(name);
}

/// The one-page kernel as a bare program: what its `rings.flat@ADDR` argument looks like.
[[nodiscard]] inline std::string rings() {
    return std::string(RINGSIDE_TEST_GUESTS) + "/rings.flat@0x100000";
}

[[nodiscard]] inline bool contains(std::string_view text, std::string_view part) {
    return text.find(part) != std::string_view::npos;
}

[[nodiscard]] inline std::size_t count_lines(std::string_view text) {
    std::size_t lines = 0;
    for (const char c : text) {
        lines += c == '\n' ? 1U : 0U;
    }
    return lines;
}

/// The one line that bad input is worth.
[[nodiscard]] inline bool is_one_line(const Finished& finished) {
    return count_lines(finished.error) == 1 && finished.error.starts_with("ringside: ");
}

}  // namespace ringside::test
