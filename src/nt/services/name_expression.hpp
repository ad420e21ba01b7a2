// SPDX-License-Identifier: MIT
#pragma once

#include <string_view>

namespace ringside::nt {

/// Whether a file name matches a pattern, both in upper case (FsRtlIsNameInExpression): `*`, `?`,
/// and the DOS forms that Win32 passes down: `<` matches up to the last dot, `>` a character or
/// the end, `"` a dot or the end. Time is bounded by the product of the lengths.
[[nodiscard]] bool matches_expression(std::u16string_view pattern, std::u16string_view name);

}  // namespace ringside::nt
