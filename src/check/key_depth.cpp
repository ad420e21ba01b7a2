// SPDX-License-Identifier: MIT
#include "check/key_depth.hpp"

#include <algorithm>

namespace ringside::check {
namespace {

constexpr std::size_t most_dots = 31;

/// Where a string that begins at `at` is over; the text's end for one that never is.
std::size_t behind_string(std::string_view text, std::size_t at) {
    const char quote = text[at];
    const bool has_escapes = quote == '"';
    const bool is_long = text.substr(at, 3) == std::string_view(has_escapes ? "\"\"\"" : "'''");
    std::size_t quotes = 0;  // that stand together
    for (at += is_long ? 3 : 1; at < text.size(); ++at) {
        if (text[at] == '\\' && has_escapes) {
            ++at;
            quotes = 0;
        } else if (text[at] != quote) {
            if (quotes >= 3 || (text[at] == '\n' && !is_long)) {
                return at;
            }
            quotes = 0;
        } else if (!is_long) {
            return at + 1;
        } else {
            ++quotes;
        }
    }
    return text.size();
}

}  // namespace

std::optional<std::size_t> line_of_deep_key(std::string_view text) {
    constexpr std::string_view ends_of_keys = "\n,=[]{}";
    std::size_t dots = 0;
    std::size_t at = 0;
    while (at < text.size()) {
        const char c = text[at];
        if (c == '"' || c == '\'') {
            at = behind_string(text, at);
        } else if (c == '#') {
            at = std::min(text.find('\n', at), text.size());
        } else {
            dots = ends_of_keys.find(c) != std::string_view::npos ? 0 : dots + (c == '.' ? 1 : 0);
            if (dots > most_dots) {
                const auto lines =
                    std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(at), '\n');
                return static_cast<std::size_t>(lines) + 1;
            }
            ++at;
        }
    }
    return std::nullopt;
}

}  // namespace ringside::check
