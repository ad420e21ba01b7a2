// SPDX-License-Identifier: MIT
#include "measure/round_trip.hpp"

#include <algorithm>
#include <array>
#include <map>

#include <fmt/format.h>

namespace ringside::measure {
namespace {

constexpr std::array<std::string_view, 12> order{"program", "stub", "gate",    "frame",
                                                 "lookup",  "copy", "service", "body",
                                                 "handler", "wait", "exit",    "return"};

std::map<std::string, std::uint64_t> stages(const profile::Profile& profile,
                                            std::string_view service) {
    std::map<std::string, std::uint64_t> result;
    for (const profile::Entry& entry : profile.entries) {
        if (service.empty() || entry.service == service) {
            // Where no kernel says what a call is, a passage's stages are a trap's.
            constexpr std::string_view trap = "trap ";
            std::string_view stage = entry.stage;
            stage.remove_prefix(stage.starts_with(trap) ? trap.size() : 0);
            result[std::string(stage)] += entry.clocks.value;
        }
    }
    return result;
}

std::string quotient(std::uint64_t clocks, std::uint64_t rounds) {
    if (rounds == 0 || clocks % rounds == 0) {
        return fmt::format("{}", rounds == 0 ? 0 : clocks / rounds);
    }
    return fmt::format("{:.1f}", static_cast<double>(clocks) / static_cast<double>(rounds));
}

}  // namespace

std::uint64_t RoundTrip::clocks() const {
    std::uint64_t sum = 0;
    for (const Stage& stage : stages) {
        sum += stage.clocks;
    }
    return sum;
}

std::string RoundTrip::per_round(std::string_view stage) const {
    const auto found = std::find_if(stages.begin(), stages.end(),
                                    [stage](const Stage& row) { return row.name == stage; });
    return found == stages.end() ? "" : quotient(found->clocks, rounds);
}

std::string RoundTrip::per_round() const {
    return quotient(clocks(), rounds);
}

RoundTrip round_trip(const Runs& runs, std::string_view service) {
    RoundTrip trip;
    trip.rounds = runs.rounds;
    const auto few = stages(runs.few, service);
    for (const auto& [name, clocks] : stages(runs.many, service)) {
        const auto before = few.find(name);
        const std::uint64_t shared = before == few.end() ? 0 : before->second;
        if (clocks > shared) {
            trip.stages.push_back({name, clocks - shared});
        }
    }
    return trip;
}

std::vector<std::string> stages_of(const std::vector<RoundTrip>& trips) {
    std::vector<std::string> names;
    for (const RoundTrip& trip : trips) {
        for (const RoundTrip::Stage& stage : trip.stages) {
            if (std::find(names.begin(), names.end(), stage.name) == names.end()) {
                names.push_back(stage.name);
            }
        }
    }
    const auto place = [](const std::string& name) {
        return std::find(order.begin(), order.end(), name) - order.begin();
    };
    std::sort(names.begin(), names.end(), [&place](const std::string& a, const std::string& b) {
        return place(a) != place(b) ? place(a) < place(b) : a < b;
    });
    return names;
}

}  // namespace ringside::measure
