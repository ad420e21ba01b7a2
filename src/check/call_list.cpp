// SPDX-License-Identifier: MIT
#include "check/call_list.hpp"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <vector>

#include <fmt/format.h>

#include "base/ensure.hpp"
#include "check/toml_text.hpp"

namespace ringside::check {
namespace {

/// An entry of the new list: of the old one, of the run, or of both.
struct Step {
    std::optional<std::size_t> listed;
    const ObservedTransition* observed = nullptr;
};

/// The longest common subsequence of names keeps as much of the old list as can be kept.
std::vector<Step> aligned(const std::vector<ExpectedTransition>& transitions,
                          const std::vector<std::size_t>& listed,
                          const std::vector<const ObservedTransition*>& observed) {
    constexpr std::size_t most_cells = 20'000'000;
    const std::size_t columns = observed.size() + 1;
    if ((listed.size() + 1) * columns > most_cells) {
        throw InputError(2, fmt::format("{} listed calls against {}: too many to bless; take "
                                        "[[transition]] tables out",
                                        listed.size(), observed.size()));
    }
    const auto same = [&](std::size_t i, std::size_t j) {
        return transitions[listed[i]].name == observed[j]->name;
    };
    std::vector<std::uint32_t> longest((listed.size() + 1) * columns);
    for (std::size_t i = listed.size(); i-- > 0;) {
        for (std::size_t j = observed.size(); j-- > 0;) {
            longest[i * columns + j] =
                same(i, j) ? longest[(i + 1) * columns + j + 1] + 1
                           : std::max(longest[(i + 1) * columns + j], longest[i * columns + j + 1]);
        }
    }
    std::vector<Step> steps;
    std::size_t i = 0;
    std::size_t j = 0;
    while (i < listed.size() || j < observed.size()) {
        if (i < listed.size() && j < observed.size() && same(i, j)) {
            steps.push_back({listed[i++], observed[j++]});
        } else if (j == observed.size() ||
                   (i < listed.size() &&
                    longest[(i + 1) * columns + j] >= longest[i * columns + j + 1])) {
            steps.push_back({listed[i++], nullptr});
        } else {
            steps.push_back({std::nullopt, observed[j++]});
        }
    }
    return steps;
}

/// Writes the steps into the text.
class Editor {
  public:
    explicit Editor(const Case& original) : case_(original), at_(original.text.size()) {
        const auto& transitions = original.expect.transitions;
        if (!transitions.empty()) {
            at_ = transitions.front().block.begin;
        }
        moved_.resize(transitions.size());
    }

    std::string edited(const std::vector<Step>& steps) {
        std::size_t next = 0;  // of the old list
        for (const Step& step : steps) {
            if (!step.listed) {
                insert(*step.observed);
                continue;
            }
            keep_up_to(*step.listed, next);
            next = *step.listed + 1;
            const TextSpan block = case_.expect.transitions[*step.listed].block;
            if (step.observed != nullptr) {
                moved_[*step.listed] = count_++;
            } else {
                edits_.replace(block, "");
            }
            at_ = block.end;
        }
        keep_up_to(moved_.size(), next);
        move_references();
        return edits_.applied_to(case_.text);
    }

  private:
    /// What does not concern the run, events and calls with another entry, stays.
    void keep_up_to(std::size_t end, std::size_t next) {
        for (; next < end; ++next) {
            moved_[next] = count_++;
            at_ = case_.expect.transitions[next].block.end;
        }
    }

    void insert(const ObservedTransition& observed) {
        const std::string_view before = std::string_view(case_.text).substr(0, at_);
        const bool is_last = at_ == case_.text.size();
        const bool follows_new_one = inserted_at_ == at_ && is_last;
        const std::size_t line_ends = before.empty() || before.ends_with("\n\n") ? 0
                                      : before.ends_with('\n')                   ? 1
                                                                                 : 2;
        std::string text(follows_new_one ? 1 : line_ends, '\n');
        text += new_transition_text(observed);
        text.append(is_last ? 0 : 1, '\n');
        inserted_at_ = at_;
        edits_.insert(at_, std::move(text));
        ++count_;
    }

    void move_references() {
        for (std::size_t t = 0; t < moved_.size(); ++t) {
            if (!moved_[t]) {
                continue;
            }
            for (const ExpectedField& field : case_.expect.transitions[t].fields) {
                const auto* same = std::get_if<SameAs>(&field.pattern);
                if (same == nullptr) {
                    continue;
                }
                const auto target = moved_[same->transition];
                if (!target) {
                    edits_.replace(field.value, quoted("no value"));  // the field is blessed next
                } else if (*target != same->transition) {
                    edits_.replace(field.value, quoted(pattern_text(SameAs{*target, same->field})));
                }
            }
        }
    }

    const Case& case_;
    TextEdits edits_;
    std::size_t at_;  ///< where the next call goes
    std::size_t inserted_at_ = SIZE_MAX;
    std::size_t count_ = 0;  ///< of the new list
    std::vector<std::optional<std::size_t>> moved_;
};

}  // namespace

std::string with_calls_of(const Case& original, const Observation& observation) {
    const auto& transitions = original.expect.transitions;
    std::vector<std::size_t> listed;
    for (std::size_t i = 0; i < transitions.size(); ++i) {
        const ExpectedTransition& one = transitions[i];
        if (one.is_call && (one.entry.empty() || one.entry == observation.entry)) {
            listed.push_back(i);
        }
    }
    std::vector<const ObservedTransition*> observed;
    for (const ObservedTransition& one : observation.transitions) {
        if (one.is_call) {
            observed.push_back(&one);
        }
    }
    const std::vector<Step> steps = aligned(transitions, listed, observed);
    if (std::all_of(steps.begin(), steps.end(),
                    [](const Step& step) { return step.listed && step.observed != nullptr; })) {
        return original.text;
    }
    if (std::any_of(transitions.begin(), transitions.end(),
                    [](const auto& one) { return one.block.is_empty(); })) {
        throw InputError(2, fmt::format("{}: other calls were made; --bless needs the list as "
                                        "[[transition]] tables",
                                        original.path));
    }
    return Editor(original).edited(steps);
}

}  // namespace ringside::check
