// SPDX-License-Identifier: MIT
#include "cli/verb_lines.hpp"

#include "base/text.hpp"

namespace ringside::cli {

std::vector<std::string> verbs_of_line(std::string_view line) {
    std::vector<std::string> verbs;
    const std::string_view text = trim(line);
    if (text.starts_with('#') || text.starts_with('*')) {
        return verbs;
    }
    std::string verb;
    bool quoted = false;
    const auto finish = [&] {
        if (const auto whole = trim(verb); !whole.empty()) {
            verbs.emplace_back(whole);
        }
        verb.clear();
    };
    for (const char c : text) {
        quoted = quoted != (c == '"');
        if (c == ';' && !quoted) {
            finish();
        } else {
            verb += c;
        }
    }
    finish();
    return verbs;
}

}  // namespace ringside::cli
