// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "check/case.hpp"
#include "check/observation.hpp"

namespace ringside::check {

/// One way in which a run differs from what a case expects.
struct Difference {
    std::string what;  ///< "exit_status", "transition 2 NtReadFile, frame.Eip"
    std::string expected;
    std::string observed;
    /// How the field is compared when not as a whole: "same-as #1", "bits 0x200 set".
    std::string mask{};
    std::string hint{};                       ///< "did you mean ...?", or empty
    std::optional<std::size_t> transition{};  ///< counts from 1, in the order of the file
    std::string field{};                      ///< "frame.Eip"; of a transition
    std::vector<Storage> storages{};          ///< where the observed value stood
    std::vector<std::string> writers{};       ///< who wrote it there
};

/// `WHAT: expected EXPECTED, got OBSERVED`, with what else is known on lines of their own.
[[nodiscard]] std::string difference_text(const Difference& difference);

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

/// A run with what a case expects of it.
class Comparison {
  public:
    Comparison(const Expectation& expect, const Observation& observation)
        : expect_(expect),
          observation_(observation),
          matches_(match_transitions(expect, observation)) {}

    [[nodiscard]] std::vector<Difference> differences() const;
    [[nodiscard]] const std::vector<Match>& matches() const { return matches_; }
    /// Whether a field is as it should be. One that was not observed is so when it may be anything.
    [[nodiscard]] bool holds(const ExpectedField& field, const ObservedField* observed) const;

  private:
    struct Referred {
        const ObservedField* field = nullptr;
        std::string problem;  ///< why there is none
    };
    [[nodiscard]] Referred referred(const SameAs& same, const ExpectedField& field) const;
    [[nodiscard]] bool equals_text(const std::string& text, const ObservedField& observed) const;
    void compare_ends(std::vector<Difference>& differences) const;
    void compare_rest(std::vector<Difference>& differences) const;
    void compare_fields(const Match& match, std::vector<Difference>& differences) const;
    [[nodiscard]] Difference difference(const Match& match, const ExpectedField& field,
                                        const ObservedField* observed) const;
    [[nodiscard]] std::string hint_of(const Match& match, const ExpectedField& field,
                                      const ObservedField* observed) const;
    [[nodiscard]] Difference not_seen(std::size_t index) const;

    const Expectation& expect_;
    const Observation& observation_;
    std::vector<Match> matches_;
};

[[nodiscard]] std::vector<Difference> compare(const Expectation& expect,
                                              const Observation& observation);

/// Throws InputError (2) when the case names a frame field that the system's frames never have.
void refuse_unknown_fields(const Case& one, const Vocabulary& vocabulary);

}  // namespace ringside::check
