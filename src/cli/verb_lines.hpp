// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace ringside::cli {

/// The verbs of a line, which `;` separates; what stands in double quotes is not divided. Nothing
/// of a line that is empty or a comment, which begins with `#` or `*`.
[[nodiscard]] std::vector<std::string> verbs_of_line(std::string_view line);

}  // namespace ringside::cli
