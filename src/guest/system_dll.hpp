// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string_view>

namespace ringside::guest {

enum class Stubs {
    native,    ///< in the form of the profile
    sysenter,  ///< for a profile that knows no SYSENTER, in that of Windows 8
};

/// The ntdll.dll that was built for a profile, or nothing where there is none.
[[nodiscard]] std::optional<std::span<const std::byte>> ntdll_of(std::string_view profile,
                                                                 Stubs stubs = Stubs::native);

}  // namespace ringside::guest
