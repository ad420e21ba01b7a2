// SPDX-License-Identifier: MIT
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace ringside {

/// What somebody who wrote `word` may have meant: up to three of `candidates` that differ least
/// from it (letters inserted, left out, changed or exchanged; case counts little), the nearest
/// first. Nothing that differs in more than a third of its letters.
[[nodiscard]] std::vector<std::string> near_misses(std::string_view word,
                                                   std::span<const std::string> candidates);

/// `; did you mean A, B or C?`, or nothing when nothing comes near.
[[nodiscard]] std::string suggestion(std::string_view word,
                                     std::span<const std::string> candidates);

}  // namespace ringside
