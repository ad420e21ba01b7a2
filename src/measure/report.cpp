// SPDX-License-Identifier: MIT
#include "measure/report.hpp"

#include <fmt/format.h>

namespace ringside::measure {
namespace {

std::string_view mark(const RoundTrip& trip) {
    return trip.assumed ? "assumed" : "documented";
}

/// One guest's round trips side by side.
std::string trip_table(const std::vector<RoundTrip>& trips) {
    std::string head = "| stage |";
    std::string rule = "|---|";
    std::string total = "| **round trip** |";
    std::string marks = "| figures |";
    for (const RoundTrip& trip : trips) {
        head += fmt::format(" {}, {} |", trip.cpu, trip.entry);
        rule += "---:|";
        total += fmt::format(" **{}** |", trip.per_round());
        marks += fmt::format(" {} |", mark(trip));
    }
    std::string out = head + "\n" + rule + "\n";
    for (const std::string& stage : stages_of(trips)) {
        out += fmt::format("| {} |", stage);
        for (const RoundTrip& trip : trips) {
            out += fmt::format(" {} |", trip.per_round(stage));
        }
        out += "\n";
    }
    return out + total + "\n" + marks + "\n";
}

/// Trips by guest, in the order in which the guests come.
std::vector<std::vector<RoundTrip>> by_guest(const std::vector<RoundTrip>& trips) {
    std::vector<std::vector<RoundTrip>> groups;
    for (const RoundTrip& trip : trips) {
        if (groups.empty() || groups.back().front().guest != trip.guest) {
            groups.emplace_back();
        }
        groups.back().push_back(trip);
    }
    return groups;
}

}  // namespace

std::string tsv_text(const Report& report) {
    std::string out = "table\tguest\tcpu\tentry\tstage\tclocks\tnote\n";
    for (const RoundTrip& trip : report.trips) {
        const auto row = [&](std::string_view stage, const std::string& clocks) {
            out += fmt::format("round trip\t{}\t{}\t{}\t{}\t{}\t{}\n", trip.guest, trip.cpu,
                               trip.entry, stage, clocks, mark(trip));
        };
        for (const std::string& stage : stages_of({trip})) {
            row(stage, trip.per_round(stage));
        }
        row("total", trip.per_round());
    }
    out += fmt::format("service body\t\t\t\t\t\t{}\n", report.service_body);
    for (const Measurement& m : report.published) {
        out += fmt::format("published\t\t{}\t\t{}\t{}\t{}; {}\n", m.machine, m.what, m.clocks,
                           m.source, m.standing);
    }
    for (const Speed& speed : report.speeds) {
        out += fmt::format("speed\t{}\t\t{}\tmillion rounds a second\t{:.2f}\tthis host\n",
                           speed.guest, speed.entry, speed.million_rounds_a_second);
    }
    return out;
}

std::string markdown_text(const Report& report) {
    std::string out;
    for (const auto& group : by_guest(report.trips)) {
        out += fmt::format(
            "## Clocks of a round trip: {}\n\n{}\n",
            group.front().guest == "bare" ? "bare ring loop" : group.front().guest + " null call",
            trip_table(group));
    }
    out += fmt::format("service body: {}\n", report.service_body);
    out +=
        "\n## Published measurements\n\n| clocks | machine | what | source | |\n"
        "|---:|---|---|---|---|\n";
    for (const Measurement& m : report.published) {
        out += fmt::format("| {} | {} | {} | {} | {} |\n", m.clocks, m.machine, m.what, m.source,
                           m.standing);
    }
    if (!report.speeds.empty()) {
        out +=
            "\n## Speed of this engine on this host\n\n| guest | entry | million rounds a "
            "second |\n|---|---|---:|\n";
        for (const Speed& speed : report.speeds) {
            out += fmt::format("| {} | {} | {:.2f} |\n", speed.guest, speed.entry,
                               speed.million_rounds_a_second);
        }
    }
    return out;
}

}  // namespace ringside::measure
