// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <span>
#include <string_view>

#include "base/expected.hpp"
#include "guest/image.hpp"

namespace ringside::guest {

/// Reads a PE32 program or library for the i386 from untrusted bytes. `file` is the name that
/// errors carry. Memory used is bounded by the number of bytes, whatever the headers claim.
/// Layout: Microsoft PE and COFF Specification; the limits are those of NT's section manager.
[[nodiscard]] Expected<Image, ImageError> read_pe(std::string_view file,
                                                  std::span<const std::byte> bytes);

}  // namespace ringside::guest
