// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>

namespace ringside::test {

/// What a callgrind file says, read by the published grammar and nothing more lenient.
struct CallgrindFile {
    struct Calls {
        std::uint64_t count = 0;
        std::uint64_t inclusive = 0;
    };
    using Name = std::pair<std::string, std::string>;  ///< object, function

    std::map<std::string, std::string> header;
    std::map<Name, std::uint64_t> self;
    std::map<std::pair<Name, Name>, Calls> calls;
    std::uint64_t totals = 0;

    [[nodiscard]] std::uint64_t self_sum() const;
};

/// Throws std::runtime_error, with the line, for what is no callgrind file.
[[nodiscard]] CallgrindFile read_callgrind(std::string_view text);

}  // namespace ringside::test
