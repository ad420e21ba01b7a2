// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <vector>

#include "check/case.hpp"
#include "check/observation.hpp"

namespace ringside::check {

/// One way in which a run differs from what a case expects.
struct Difference {
    std::string field;  ///< "exit_status", "transition 2 NtReadFile, frame.Eip"
    std::string expected;
    std::string observed;
};

/// The expected transitions that concern a run, each with the one that was observed for it or
/// null. Listed ones are looked for in their order; others may stand between them.
struct Match {
    std::size_t index = 0;  ///< into Expectation::transitions
    const ObservedTransition* observed = nullptr;
};
[[nodiscard]] std::vector<Match> match_transitions(const Expectation& expect,
                                                   const Observation& observation);

/// The expected fields as the run has them, frames by offset; the file's order is not kept.
[[nodiscard]] std::vector<ExpectedField> in_observed_order(const ExpectedTransition& expected,
                                                           const ObservedTransition& observed);

[[nodiscard]] bool equal(const Expected& expected, const ObservedField& observed);

[[nodiscard]] std::vector<Difference> compare(const Expectation& expect,
                                              const Observation& observation);

}  // namespace ringside::check
