// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <span>
#include <string_view>

#include "base/address.hpp"
#include "base/expected.hpp"
#include "guest/image.hpp"

namespace ringside::guest {

/// Bytes that stand in memory as they are, entered at their first byte: one section, readable,
/// writable and executable. An empty file or one that reaches beyond `limit` is an error.
[[nodiscard]] Expected<Image, ImageError> read_flat(std::string_view file,
                                                    std::span<const std::byte> bytes,
                                                    LinearAddress base, LinearAddress limit);

}  // namespace ringside::guest
