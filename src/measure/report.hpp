// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <vector>

#include "measure/measurement.hpp"
#include "measure/round_trip.hpp"

namespace ringside::measure {

/// How fast this engine ran a loop on this host.
struct Speed {
    std::string guest;
    std::string entry;
    double million_rounds_a_second = 0;
};

struct Report {
    std::string service_body = "not modelled";
    std::vector<RoundTrip> trips;
    std::vector<Measurement> published;
    std::vector<Speed> speeds;  ///< may be empty: nothing was timed
};

/// A row a figure: table, guest, cpu, entry, stage, clocks, note.
[[nodiscard]] std::string tsv_text(const Report& report);
[[nodiscard]] std::string markdown_text(const Report& report);

}  // namespace ringside::measure
