// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "debug/inspector.hpp"

namespace ringside::debug {

/// The layout that a user names: KTRAP_FRAME, _KTRAP_FRAME or nt!_KTRAP_FRAME, without regard to
/// case. Throws InputError (2), with what may have been meant, for one that the system lacks.
[[nodiscard]] guest::Layout layout_named(std::string_view name, const Inspector& inspector);

/// The rows of a structure, with the values of the one at `at` if there is one. `fields` chooses
/// rows, `Esp*` all that begin so; none: all. Throws InputError (2) for a field that is in no row.
[[nodiscard]] std::string structure_text(const guest::Layout& layout,
                                         std::optional<LinearAddress> at,
                                         const std::vector<std::string>& fields,
                                         const Inspector& inspector);

/// Whether `word` names a field of the layout, or several.
[[nodiscard]] bool names_field(const guest::Layout& layout, std::string_view word);

}  // namespace ringside::debug
