// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include "profile/report.hpp"

namespace ringside::profile {
namespace {

double share(Cycles part, Cycles whole) {
    return whole.value == 0
               ? 0.0
               : 100.0 * static_cast<double>(part.value) / static_cast<double>(whole.value);
}

/// Numbers come first: names are of any length.
std::string table(std::string_view title, const std::vector<Row>& rows, Cycles total,
                  const std::map<std::string, std::uint64_t>* counts) {
    const char* const times_head = counts != nullptr ? "times" : "";
    std::string out = fmt::format("\n{:>14}{:>8}{:>12}  {}\n", "clocks", "%", times_head, title);
    for (const Row& row : rows) {
        std::string times;
        if (counts != nullptr && counts->contains(row.name)) {
            times = std::to_string(counts->at(row.name));
        }
        out += fmt::format("{:>14}{:>8.2f}{:>12}  {}\n", row.clocks, share(row.clocks, total),
                           times, row.name.empty() ? "none" : row.name);
    }
    return out;
}

std::string function_table(const Profile& profile) {
    std::string out = fmt::format("\n{:>14}{:>8}{:>14}{:>8}{:>12}  function\n", "self", "%",
                                  "inclusive", "%", "calls");
    for (const FunctionRow& row : functions(profile)) {
        out += fmt::format("{:>14}{:>8.2f}{:>14}{:>8.2f}{:>12}  {}\n", row.self,
                           share(row.self, profile.total), row.inclusive,
                           share(row.inclusive, profile.total), row.calls, row.name);
    }
    return out;
}

}  // namespace

std::string flat_text(const Profile& profile) {
    std::string out =
        fmt::format("# {}: {} clocks{}; service body: {}\n", profile.program, profile.total,
                    profile.assumed ? " (contains assumed figures)" : "", profile.service_body);
    const auto by = [&](auto member) {
        return sums(profile,
                    [member](const Entry& entry) { return std::string_view(entry.*member); });
    };
    out += table("ring", by(&Entry::where), profile.total, nullptr);
    out += table("transition", by(&Entry::kind), profile.total, &profile.transitions);
    out += table("stage", by(&Entry::stage), profile.total, nullptr);
    out += table("service, exception or interrupt", by(&Entry::service), profile.total,
                 &profile.services);
    return out + function_table(profile);
}

}  // namespace ringside::profile
