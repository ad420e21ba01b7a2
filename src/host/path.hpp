// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/expected.hpp"
#include "host/error.hpp"

namespace ringside::host {

/// An absolute guest path in pieces: `C:\app\data.txt` is drive `C` and two components. Nothing in
/// it can name a parent, a stream, a device or another drive.
struct GuestPath {
    char16_t drive{};
    std::vector<std::u16string> components;
    bool names_directory = false;  ///< It ended in a backslash.
};

/// The longest path a UNICODE_STRING holds.
inline constexpr std::size_t max_path_units = 32767;

/// Takes `X:\...` apart. The file system's own rules apply, not those of the Win32 layer above it:
/// `.`, `..`, an empty component, `/`, wildcards, `:` and control characters are invalid names;
/// `CON` and trailing dots are names like any other.
[[nodiscard]] Expected<GuestPath, HostError> parse_path(std::u16string_view);

/// Whether a component may be looked up or created.
[[nodiscard]] bool is_valid_component(std::u16string_view);

[[nodiscard]] std::u16string to_text(const GuestPath&);

}  // namespace ringside::host
