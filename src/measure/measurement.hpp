// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace ringside::measure {

/// A figure that somebody published of real hardware.
struct Measurement {
    std::string clocks;
    std::string machine;
    std::string what;
    std::string source;
    std::string standing;  ///< "read" in the source, or "recalled"
};

/// Rows of data/measurements.tsv.
[[nodiscard]] std::vector<Measurement> read_measurements(std::string_view text);
[[nodiscard]] const std::vector<Measurement>& published_measurements();

}  // namespace ringside::measure
