// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace ringside::debug {

/// A command as it was typed: `dd esp L8`.
struct Arguments {
    std::string verb;  ///< as the table spells it
    std::string text;  ///< what follows it, without spaces at its ends

    [[nodiscard]] bool empty() const { return text.empty(); }
    /// `text` between spaces; what stands in double quotes is one word.
    [[nodiscard]] std::vector<std::string> words() const;
    /// Throws InputError (2) when there is more than `most`.
    [[nodiscard]] std::vector<std::string> words(std::size_t most) const;
};

}  // namespace ringside::debug
