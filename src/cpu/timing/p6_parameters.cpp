// SPDX-License-Identifier: MIT
#include "cpu/timing/p6_parameters.hpp"

#include <fmt/format.h>
#include <embedded/cpu.hpp>

#include "base/ensure.hpp"
#include "base/text.hpp"
#include "cpu/timing/clock_row.hpp"

namespace ringside::cpu::timing {
namespace {

std::uint32_t clocks(std::string_view field, std::string_view line) {
    const auto number = parse_number(field);
    ensure(number && *number <= UINT32_MAX, fmt::format("p6_parameters.tsv: number in '{}'", line));
    return static_cast<std::uint32_t>(*number);
}

}  // namespace

P6Parameters::P6Parameters(std::string_view text) {
    for (const std::string_view line : data_lines(text, "name\tvalue\tlow\thigh\tmeaning")) {
        const auto field = split(line, '\t');
        ensure(field.size() == 5, fmt::format("p6_parameters.tsv: five fields in '{}'", line));
        const P6Parameter row{field[0], clocks(field[1], line), clocks(field[2], line),
                              clocks(field[3], line), field[4]};
        ensure(row.low <= row.value && row.value <= row.high,
               fmt::format("p6_parameters.tsv: low <= value <= high in '{}'", line));
        ensure(!value(row.name), fmt::format("p6_parameters.tsv: '{}' once", row.name));
        rows_.push_back(row);
    }
}

const P6Parameters& P6Parameters::embedded() {
    static const P6Parameters parameters{embedded_text(embedded::p6_parameters_tsv())};
    return parameters;
}

std::optional<std::uint32_t> P6Parameters::value(std::string_view name) const {
    for (const P6Parameter& row : rows_) {
        if (row.name == name) {
            return row.value;
        }
    }
    return std::nullopt;
}

}  // namespace ringside::cpu::timing
