// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ringside {

/// The fields of one line between tabs; empty fields are kept.
[[nodiscard]] std::vector<std::string_view> split(std::string_view line, char separator);

/// The lines of a text without their ends (LF or CRLF).
[[nodiscard]] std::vector<std::string_view> lines_of(std::string_view text);

[[nodiscard]] std::string_view trim(std::string_view text);

/// A whole number in C notation (decimal, or hexadecimal after 0x), or nothing when `text` has
/// anything else in it or does not fit.
[[nodiscard]] std::optional<std::uint64_t> parse_number(std::string_view text);

/// ASCII upper case, as file and module names are compared.
[[nodiscard]] std::string upcase(std::string_view text);

}  // namespace ringside
