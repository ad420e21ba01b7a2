// SPDX-License-Identifier: MIT
#include "debug/arguments.hpp"

#include <fmt/format.h>

#include "base/ensure.hpp"

namespace ringside::debug {

std::vector<std::string> Arguments::words() const {
    std::vector<std::string> words;
    bool quoted = false;
    bool open = false;
    for (const char c : text) {
        if (c == '"') {
            quoted = !quoted;
            if (quoted && !open) {
                words.emplace_back();
                open = true;
            }
        } else if (!quoted && (c == ' ' || c == '\t')) {
            open = false;
        } else {
            if (!open) {
                words.emplace_back();
                open = true;
            }
            words.back() += c;
        }
    }
    return words;
}

std::vector<std::string> Arguments::words(std::size_t most) const {
    auto result = words();
    if (result.size() > most) {
        throw InputError(2, fmt::format("{}: '{}' is one argument too many; see help {}", verb,
                                        result[most], verb));
    }
    return result;
}

}  // namespace ringside::debug
