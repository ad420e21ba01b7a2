// SPDX-License-Identifier: MIT
#include "base/near_miss.hpp"

#include <algorithm>
#include <cstddef>
#include <numeric>
#include <utility>

#include "base/text.hpp"

namespace ringside {
namespace {

/// Letters inserted, left out or changed, and neighbours exchanged, by the last rows of the matrix.
std::size_t distance(std::string_view a, std::string_view b) {
    std::vector<std::size_t> before_last(b.size() + 1);
    std::vector<std::size_t> last(b.size() + 1);
    std::vector<std::size_t> row(b.size() + 1);
    std::iota(row.begin(), row.end(), std::size_t{0});
    for (std::size_t i = 1; i <= a.size(); ++i) {
        std::swap(before_last, last);
        std::swap(last, row);
        row[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const std::size_t changed = last[j - 1] + (a[i - 1] == b[j - 1] ? 0U : 1U);
            row[j] = std::min({row[j - 1] + 1, last[j] + 1, changed});
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
                row[j] = std::min(row[j], before_last[j - 2] + 1);
            }
        }
    }
    return row.back();
}

}  // namespace

std::vector<std::string> near_misses(std::string_view word,
                                     std::span<const std::string> candidates) {
    constexpr std::size_t longest_word = 256;
    constexpr std::size_t most = 3;
    if (word.size() > longest_word) {
        return {};
    }
    const std::string wanted = upcase(word);
    std::vector<std::pair<std::size_t, std::string>> found;
    for (const std::string& candidate : candidates) {
        const std::size_t differs = distance(wanted, upcase(candidate));
        if (differs * 3 <= candidate.size()) {
            found.emplace_back(differs, candidate);
        }
    }
    std::sort(found.begin(), found.end());
    found.erase(std::unique(found.begin(), found.end()), found.end());
    std::vector<std::string> result;
    for (std::size_t i = 0; i < std::min(found.size(), most); ++i) {
        result.push_back(std::move(found[i].second));
    }
    return result;
}

std::string suggestion(std::string_view word, std::span<const std::string> candidates) {
    const auto near = near_misses(word, candidates);
    std::string text;
    for (std::size_t i = 0; i < near.size(); ++i) {
        text += i == 0 ? "; did you mean " : i + 1 == near.size() ? " or " : ", ";
        text += near[i];
    }
    return text.empty() ? text : text + "?";
}

}  // namespace ringside
