// SPDX-License-Identifier: MIT
#include "measure/measurement.hpp"

#include <fmt/format.h>
#include <embedded/measure.hpp>

#include "base/ensure.hpp"
#include "base/text.hpp"
#include "cpu/timing/clock_row.hpp"

namespace ringside::measure {

std::vector<Measurement> read_measurements(std::string_view text) {
    std::vector<Measurement> rows;
    for (const std::string_view line :
         cpu::timing::data_lines(text, "clocks\tmachine\twhat\tsource\tstanding")) {
        const auto field = split(line, '\t');
        ensure(field.size() == 5, fmt::format("measurements.tsv: five fields in '{}'", line));
        ensure(parse_number(field[0]).has_value(),
               fmt::format("measurements.tsv: number in '{}'", line));
        ensure(field[4] == "read" || field[4] == "recalled",
               fmt::format("measurements.tsv: standing in '{}'", line));
        rows.push_back({std::string(field[0]), std::string(field[1]), std::string(field[2]),
                        std::string(field[3]), std::string(field[4])});
    }
    return rows;
}

const std::vector<Measurement>& published_measurements() {
    static const auto rows =
        read_measurements(cpu::timing::embedded_text(embedded::measurements_tsv()));
    return rows;
}

}  // namespace ringside::measure
