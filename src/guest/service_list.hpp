// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace ringside::guest {

/// A service of a list; its number is its place, counted from 0.
struct ListedService {
    std::string name;
    std::uint16_t argument_bytes{};
    std::size_t line{};  ///< in the file, from 1
};

/// Reads lines `Name argcount` as sysfuncs.lst has them; `#` or `;` begins a comment, blank lines
/// do not count. Throws InputError (2), `FILE:LINE:COLUMN: ...`, for anything else, for a name
/// that comes twice (NtX and ZwX are one), for an empty list and for one that no table holds.
[[nodiscard]] std::vector<ListedService> read_service_list(std::string_view file,
                                                           std::string_view text);

}  // namespace ringside::guest
