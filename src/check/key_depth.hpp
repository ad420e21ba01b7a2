// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace ringside::check {

/// The line of the first TOML key with more parts (`a.b.c` has three) than any case needs. The
/// parser makes a table of each and goes into them by recursion, so that a long enough one would
/// take the whole stack.
[[nodiscard]] std::optional<std::size_t> line_of_deep_key(std::string_view text);

}  // namespace ringside::check
