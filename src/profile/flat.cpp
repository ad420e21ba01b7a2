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

std::string table(std::string_view title, const std::vector<Row>& rows, Cycles total,
                  const std::map<std::string, std::uint64_t>* counts) {
    std::string out = fmt::format("\n{:<44}{:>14}{:>8}", title, "clocks", "%");
    out += counts != nullptr ? fmt::format("{:>12}\n", "times") : "\n";
    for (const Row& row : rows) {
        out += fmt::format("  {:<42}{:>14}{:>8.2f}", row.name.empty() ? "none" : row.name,
                           row.clocks, share(row.clocks, total));
        if (counts != nullptr) {
            const auto times = counts->find(row.name);
            out += times != counts->end() ? fmt::format("{:>12}", times->second) : "";
        }
        out += "\n";
    }
    return out;
}

std::string function_table(const Profile& profile) {
    std::string out = fmt::format("\n{:<44}{:>14}{:>8}{:>14}{:>8}{:>12}\n", "function", "self", "%",
                                  "inclusive", "%", "calls");
    for (const FunctionRow& row : functions(profile)) {
        out += fmt::format("  {:<42}{:>14}{:>8.2f}{:>14}{:>8.2f}{:>12}\n", row.name, row.self,
                           share(row.self, profile.total), row.inclusive,
                           share(row.inclusive, profile.total), row.calls);
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
