// SPDX-License-Identifier: MIT
#include "coverage/tally.hpp"

#include <algorithm>
#include <tuple>

namespace ringside::coverage {

void Tally::begin_run(std::string_view program) {
    ++runs_;
    program_ = program.substr(0, longest_name);
}

void Tally::add(const TraceLine& call) {
    ++calls_;
    const auto name = std::string_view(call.name).substr(0, longest_name);
    auto found = usages_.find(name);
    if (found == usages_.end()) {
        if (usages_.size() == most_services) {
            ++uncounted_;
            return;
        }
        Usage usage{.name = std::string(name), .standing = {}, .first_program = program_};
        if (const auto standing = standings_(name)) {
            usage.standing = *standing;
        } else {
            usage.standing.state = call.state.value_or(guest::ServiceState::absent);
            usage.known = call.has_service;
        }
        found = usages_.emplace(std::string(name), std::move(usage)).first;
    }
    Usage& usage = found->second;
    ++usage.calls;
    // NTSTATUS errors and negative errno values alike have the top bit set.
    usage.failed += call.status && (*call.status & 0x80000000U) != 0 ? 1U : 0U;
    if (usage.last_run != runs_) {
        usage.last_run = runs_;
        ++usage.runs;
    }
}

std::vector<Usage> Tally::ranking() const {
    std::vector<Usage> ranked;
    for (const auto& [name, usage] : usages_) {
        ranked.push_back(usage);
    }
    const auto key = [](const Usage& usage) {
        return std::tuple(usage.standing.state, !usage.known, ~usage.runs, ~usage.calls);
    };
    std::stable_sort(ranked.begin(), ranked.end(),
                     [&key](const Usage& a, const Usage& b) { return key(a) < key(b); });
    return ranked;
}

}  // namespace ringside::coverage
