// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string_view>

namespace ringside::guest {

/// The ntdll.dll that was built for a profile, its stubs in the profile's form, or nothing for one
/// that has none.
[[nodiscard]] std::optional<std::span<const std::byte>> ntdll_of(std::string_view profile);

}  // namespace ringside::guest
