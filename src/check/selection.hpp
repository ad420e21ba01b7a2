// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace ringside::check {

/// Which runs are wanted, by their names: words that a name contains, whatever their case, with
/// `and`, `or`, `not` and parentheses.
class Selection {
  public:
    struct Term;

    /// All of them.
    Selection() = default;
    /// Throws InputError (2) for an expression that is none.
    explicit Selection(std::string_view expression);
    [[nodiscard]] bool matches(std::string_view name) const;

  private:
    std::shared_ptr<const Term> root_;
};

/// A part of a list that is split among several machines.
struct Shard {
    std::size_t number = 1;  ///< from 1
    std::size_t of = 1;
    [[nodiscard]] bool has(std::size_t index) const { return index % of == number - 1; }
};
/// Reads "2/5". Throws InputError (2).
[[nodiscard]] Shard parse_shard(std::string_view text);

}  // namespace ringside::check
