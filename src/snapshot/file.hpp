// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace ringside::snapshot {

/// A snapshot file: who made it and of what, for readers, and the archived state. docs/formats.md
/// has its layout.
struct File {
    std::string about;  ///< JSON
    std::vector<std::byte> state;
};

/// The number of the layout, and of the meaning of the state in it.
inline constexpr unsigned format_version = 1;

[[nodiscard]] std::vector<std::byte> encode(const File& file);

/// Throws InputError (126) with `name` and the reason: no snapshot, another version, cut off, or a
/// sum that is not that of the bytes.
[[nodiscard]] File decode(std::string_view name, std::span<const std::byte> bytes);

}  // namespace ringside::snapshot
