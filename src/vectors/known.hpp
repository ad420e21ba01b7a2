// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "vectors/compare.hpp"

namespace ringside::vectors {

/// A difference that is explained: which vectors, which fields of them, and why.
struct KnownRow {
    std::vector<std::string> mnemonics;
    std::vector<std::string> conditions;
    std::map<std::string, std::uint32_t> fields;  ///< the bits that may differ
    std::string reason;
    std::string source;
    std::size_t line = 0;
};

/// The rows of a known.tsv; docs/formats.md has its columns.
class KnownDifferences {
  public:
    KnownDifferences() = default;
    /// Throws InputError (2) with file and line.
    KnownDifferences(std::string file, std::string_view text);

    /// The row that covers every one of the differences.
    [[nodiscard]] std::optional<std::size_t> find(const Container& container,
                                                  const TestVector& test, const Observation& seen,
                                                  const std::vector<Difference>& differences) const;
    [[nodiscard]] const std::vector<KnownRow>& rows() const { return rows_; }
    /// "known.tsv:3: reason".
    [[nodiscard]] std::string describe(std::size_t row) const;

  private:
    std::string file_;
    std::vector<KnownRow> rows_;
};

}  // namespace ringside::vectors
