// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

#include "base/text.hpp"

namespace ringside::nt {

using Row = std::vector<std::string_view>;

/// The rows of an embedded table: lines of fields between tabs, `#` opens a comment line.
inline std::vector<Row> rows_of(std::span<const std::byte> table) {
    std::vector<Row> rows;
    const void* const first = table.data();
    for (const auto line : lines_of({static_cast<const char*>(first), table.size()})) {
        if (!line.empty() && !line.starts_with('#')) {
            rows.push_back(split(line, '\t'));
        }
    }
    return rows;
}

}  // namespace ringside::nt
