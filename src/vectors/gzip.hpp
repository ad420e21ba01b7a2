// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

namespace ringside::vectors {

[[nodiscard]] bool is_gzip(std::span<const std::byte> bytes);

/// Unpacks a gzip file of one or more members. Throws InputError (2) for damage, truncation, and
/// beyond `most` bytes.
[[nodiscard]] std::vector<std::byte> unpack(std::string_view file, std::span<const std::byte> bytes,
                                            std::size_t most = std::size_t{1} << 30);

/// Packs without a name or a date, so that equal bytes give equal files.
[[nodiscard]] std::vector<std::byte> pack(std::span<const std::byte> bytes);

}  // namespace ringside::vectors
