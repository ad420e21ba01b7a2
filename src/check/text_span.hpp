// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace ringside::check {

/// Bytes of a file's text. An empty one stands for what the file does not have.
struct TextSpan {
    std::size_t begin = 0;
    std::size_t end = 0;
    [[nodiscard]] bool is_empty() const { return begin == end; }
};

/// Finds the bytes of a place that is given by line and column, both from 1, columns in characters
/// of UTF-8.
class TextPositions {
  public:
    explicit TextPositions(std::string_view text);
    [[nodiscard]] std::size_t offset(std::uint32_t line, std::uint32_t column) const;

  private:
    std::string_view text_;
    std::vector<std::size_t> lines_;
};

}  // namespace ringside::check
