// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace ringside {

struct Utf8Character {
    std::uint32_t code = 0;
    std::size_t bytes = 1;
};

/// The character at the beginning of a text that is not empty; nothing for what is no UTF-8.
[[nodiscard]] std::optional<Utf8Character> first_character(std::string_view text);

[[nodiscard]] bool is_utf8(std::string_view text);

}  // namespace ringside
