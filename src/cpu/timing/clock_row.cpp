// SPDX-License-Identifier: MIT
#include "cpu/timing/clock_row.hpp"

#include <algorithm>
#include <set>
#include <tuple>

#include <fmt/format.h>
#include <embedded/cpu.hpp>

#include "base/ensure.hpp"
#include "base/text.hpp"

namespace ringside::cpu::timing {
namespace {

constexpr std::string_view heading = "key\tform\tmode\ti386\ti486\tpentium\tp6\tconfidence\tnote";

bool is_mode(std::string_view mode) {
    constexpr std::array modes{"any", "real", "protected", "v86"};
    return std::find(modes.begin(), modes.end(), mode) != modes.end();
}

}  // namespace

std::vector<ClockRow> parse_clock_rows(std::string_view text) {
    std::vector<ClockRow> rows;
    std::set<std::tuple<std::string_view, std::string_view, std::string_view>> seen;
    for (const std::string_view line : data_lines(text, heading)) {
        const auto field = split(line, '\t');
        ensure(field.size() == 9, fmt::format("clocks.tsv: nine fields in '{}'", line));
        const ClockRow row{field[0], field[1], field[2], field[3], field[4],
                           field[5], field[6], field[7], field[8]};
        ensure(!row.key.empty() && !row.form.empty(), fmt::format("clocks.tsv: '{}'", line));
        ensure(is_mode(row.mode), fmt::format("clocks.tsv: mode in '{}'", line));
        ensure(seen.emplace(row.key, row.form, row.mode).second,
               fmt::format("clocks.tsv: '{}' once", line));
        rows.push_back(row);
    }
    return rows;
}

std::span<const ClockRow> clock_rows() {
    static const std::vector<ClockRow> rows =
        parse_clock_rows(embedded_text(embedded::clocks_tsv()));
    return rows;
}

std::vector<std::string_view> data_lines(std::string_view text, std::string_view wanted) {
    std::vector<std::string_view> lines;
    bool headed = false;
    for (const std::string_view line : lines_of(text)) {
        if (line.empty() || line.starts_with('#')) {
            continue;
        }
        if (!headed) {
            ensure(line == wanted, fmt::format("table heading is '{}'", line));
            headed = true;
            continue;
        }
        lines.push_back(line);
    }
    ensure(headed, "table without a heading");
    return lines;
}

std::string_view embedded_text(std::span<const std::byte> bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

}  // namespace ringside::cpu::timing
