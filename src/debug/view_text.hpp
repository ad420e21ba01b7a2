// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>

#include "guest/personality.hpp"

namespace ringside::debug {

/// The title, then the rows under their column heads, aligned.
[[nodiscard]] std::string to_text(const guest::View& view);

/// The rows that `wanted` names: by their first cell as a number, or by a cell that is or ends in
/// that name ("NtReadFile", "nt!KiTrap0E"). Without regard to case.
[[nodiscard]] guest::View filtered(const guest::View& view, std::string_view wanted);

}  // namespace ringside::debug
