// SPDX-License-Identifier: MIT
#pragma once

#include <memory>
#include <string>

namespace ringside::trace {

/// A POSIX extended regular expression, as strace takes them (regex(7)).
class Pattern {
  public:
    /// Throws std::invalid_argument, which says what is wrong with it.
    explicit Pattern(const std::string& text);
    [[nodiscard]] bool is_found_in(const std::string& text) const;

  private:
    std::shared_ptr<const void> compiled_;
};

}  // namespace ringside::trace
