// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "profile/profile.hpp"

namespace ringside::measure {

/// What one way into the kernel and back takes, by stage.
struct RoundTrip {
    struct Stage {
        std::string name;
        std::uint64_t clocks = 0;  ///< of all rounds
    };
    std::string guest;  ///< "bare", or the system
    std::string cpu;
    std::string entry;  ///< "int 2Eh" or "sysenter"
    bool assumed = false;
    std::uint64_t rounds = 0;
    std::vector<Stage> stages;

    [[nodiscard]] std::uint64_t clocks() const;
    /// Clocks of one round; empty for a stage that is not there.
    [[nodiscard]] std::string per_round(std::string_view stage) const;
    [[nodiscard]] std::string per_round() const;
};

/// Two runs of the same guest, one with `rounds` rounds more than the other. What they share,
/// start-up and end, is gone from the difference.
struct Runs {
    const profile::Profile& few;
    const profile::Profile& many;
    std::uint64_t rounds = 0;
};

/// Fills in stages and rounds: the clocks of the calls named `service`, or of everything.
[[nodiscard]] RoundTrip round_trip(const Runs& runs, std::string_view service = {});

/// All stages there are, in the order of the way.
[[nodiscard]] std::vector<std::string> stages_of(const std::vector<RoundTrip>& trips);

}  // namespace ringside::measure
