// SPDX-License-Identifier: MIT
#include "debug/view_text.hpp"

#include <algorithm>
#include <charconv>
#include <optional>
#include <vector>

#include <fmt/format.h>

#include "base/text.hpp"

namespace ringside::debug {
namespace {

void add_line(std::string& out, const std::vector<std::string>& cells,
              const std::vector<std::size_t>& widths) {
    std::string line;
    for (std::size_t i = 0; i < cells.size(); ++i) {
        line += fmt::format("{:<{}}", cells[i], widths[i] + 2);
    }
    line.erase(line.find_last_not_of(' ') + 1);
    out += line + "\n";
}

std::optional<std::uint64_t> hexadecimal(std::string_view text) {
    if (text.starts_with("0x") || text.starts_with("0X")) {
        text.remove_prefix(2);
    } else if (text.starts_with('+')) {
        text.remove_prefix(1);
    }
    std::uint64_t value = 0;
    const char* const end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, value, 16);
    return error == std::errc{} && stop == end ? std::optional(value) : std::nullopt;
}

bool matches(const guest::ViewRow& row, std::string_view wanted) {
    const auto number = hexadecimal(wanted);
    if (number && !row.cells.empty() && hexadecimal(row.cells.front()) == number) {
        return true;
    }
    const std::string name = upcase(wanted);
    return std::any_of(row.cells.begin(), row.cells.end(), [&name](const std::string& cell) {
        const std::string text = upcase(cell);
        return text == name || text.ends_with("!" + name);
    });
}

}  // namespace

std::string to_text(const guest::View& view) {
    std::vector<std::size_t> widths;
    const auto measure = [&widths](const std::vector<std::string>& cells) {
        widths.resize(std::max(widths.size(), cells.size()));
        for (std::size_t i = 0; i < cells.size(); ++i) {
            widths[i] = std::max(widths[i], cells[i].size());
        }
    };
    measure(view.columns);
    for (const guest::ViewRow& row : view.rows) {
        measure(row.cells);
    }
    std::string out = view.title.empty() ? "" : view.title + "\n";
    if (!view.rows.empty()) {
        add_line(out, view.columns, widths);
    }
    for (const guest::ViewRow& row : view.rows) {
        add_line(out, row.cells, widths);
    }
    return out;
}

guest::View filtered(const guest::View& view, std::string_view wanted) {
    guest::View result{view.title, view.columns, {}};
    std::copy_if(view.rows.begin(), view.rows.end(), std::back_inserter(result.rows),
                 [wanted](const guest::ViewRow& row) { return matches(row, wanted); });
    return result;
}

}  // namespace ringside::debug
