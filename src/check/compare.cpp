// SPDX-License-Identifier: MIT
#include "check/compare.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/text.hpp"
#include "trace/words.hpp"

namespace ringside::check {
namespace {

std::string text_of(const Expected& expected) {
    if (const auto* number = std::get_if<std::int64_t>(&expected)) {
        return fmt::format("{:#010x}", *number);
    }
    const auto* text = std::get_if<std::string>(&expected);
    return text != nullptr ? *text : "any";
}

std::string text_of(const ObservedField* field) {
    if (field == nullptr) {
        return "nothing";
    }
    if (!field->value) {
        return field->text;
    }
    const std::string number = fmt::format("{:#010x}", *field->value);
    return field->text.empty() ? number : fmt::format("{} ({})", number, field->text);
}

/// The first line in which two texts differ, for outputs of any length.
Difference text_difference(std::string name, const std::string& expected,
                           const std::string& observed) {
    const auto a = lines_of(expected);
    const auto b = lines_of(observed);
    std::size_t line = 0;
    while (line < a.size() && line < b.size() && a[line] == b[line]) {
        ++line;
    }
    const auto quoted = [line](const std::vector<std::string_view>& lines) {
        return line < lines.size() ? fmt::format("\"{}\"", trace::escaped(lines[line]))
                                   : std::string("the end");
    };
    if (line == a.size() && line == b.size()) {
        return {fmt::format("{}, line ends", name), fmt::format("{} bytes", expected.size()),
                fmt::format("{} bytes", observed.size())};
    }
    return {fmt::format("{}, line {}", name, line + 1), quoted(a), quoted(b)};
}

void compare_ends(const Expectation& expect, const Observation& observation,
                  std::vector<Difference>& differences) {
    const int status = observation.stop.exit_status();
    if (expect.exit_status && *expect.exit_status != status) {
        differences.push_back({"exit_status", fmt::format("{}", *expect.exit_status),
                               observation.stop.message.empty()
                                   ? fmt::format("{}", status)
                                   : fmt::format("{} ({})", status, observation.stop.message)});
    }
    const std::string_view reason = trace::stop_word(observation.stop.kind);
    if (expect.reason && *expect.reason != reason) {
        differences.push_back({"reason", *expect.reason, std::string(reason)});
    }
    if (expect.stdout_text && *expect.stdout_text != observation.stdout_text) {
        differences.push_back(
            text_difference("stdout", *expect.stdout_text, observation.stdout_text));
    }
    const std::string report = observation.stop.message + "\n" + observation.stop.report;
    for (const std::string& part : expect.report_contains) {
        if (report.find(part) == std::string::npos) {
            differences.push_back(
                {"report_contains", part,
                 observation.stop.message.empty() ? "no report" : observation.stop.message});
        }
    }
}

/// Exceptions of one kind are many: one that says where it comes from is looked for by that too.
bool same_transition(const ExpectedTransition& expected, const ObservedTransition& observed) {
    if (expected.is_call != observed.is_call || expected.name != observed.name) {
        return false;
    }
    return expected.is_call ||
           std::all_of(expected.fields.begin(), expected.fields.end(), [&](const auto& field) {
               const ObservedField* const from =
                   field.first == "from" ? observed.find("from") : nullptr;
               return from == nullptr || equal(field.second, *from);
           });
}

bool concerns(const ExpectedTransition& expected, const Observation& observation) {
    return expected.entry.empty() || expected.entry == observation.entry;
}

}  // namespace

bool equal(const Expected& expected, const ObservedField& observed) {
    if (const auto* number = std::get_if<std::int64_t>(&expected)) {
        return observed.value && static_cast<std::int64_t>(*observed.value) == *number;
    }
    const auto* text = std::get_if<std::string>(&expected);
    if (text == nullptr) {
        return true;
    }
    const auto number = parse_number(*text);
    return *text == observed.text || (number && observed.value && *number == *observed.value);
}

std::vector<ExpectedField> in_observed_order(const ExpectedTransition& expected,
                                             const ObservedTransition& observed) {
    const auto position = [&observed](const ExpectedField& field) {
        const ObservedField* const found = observed.find(field.first);
        return found != nullptr ? found - observed.fields.data()
                                : static_cast<std::ptrdiff_t>(observed.fields.size());
    };
    std::vector<ExpectedField> result = expected.fields;
    std::stable_sort(result.begin(), result.end(),
                     [&position](const ExpectedField& a, const ExpectedField& b) {
                         return position(a) < position(b);
                     });
    return result;
}

std::vector<Match> match_transitions(const Expectation& expect, const Observation& observation) {
    std::vector<Match> matches;
    std::size_t next = 0;
    for (std::size_t i = 0; i < expect.transitions.size(); ++i) {
        const ExpectedTransition& expected = expect.transitions[i];
        if (!concerns(expected, observation)) {
            continue;
        }
        Match match{i, nullptr};
        for (std::size_t at = next; at < observation.transitions.size(); ++at) {
            if (same_transition(expected, observation.transitions[at])) {
                match.observed = &observation.transitions[at];
                next = at + 1;
                break;
            }
        }
        matches.push_back(match);
    }
    return matches;
}

std::vector<Difference> compare(const Expectation& expect, const Observation& observation) {
    std::vector<Difference> differences;
    compare_ends(expect, observation, differences);
    const auto matches = match_transitions(expect, observation);
    std::size_t position = 0;
    for (const Match& match : matches) {
        ++position;
        const ExpectedTransition& expected = expect.transitions[match.index];
        const std::string name = fmt::format("transition {} {}", position, expected.name);
        if (match.observed == nullptr) {
            differences.push_back({name, "to happen", "not seen from there on"});
            continue;
        }
        for (const auto& [field, value] : in_observed_order(expected, *match.observed)) {
            const ObservedField* const observed = match.observed->find(field);
            const bool is_any = std::holds_alternative<AnyValue>(value);
            if (observed == nullptr ? !is_any : !equal(value, *observed)) {
                differences.push_back(
                    {fmt::format("{}, {}", name, field), text_of(value), text_of(observed)});
            }
        }
    }
    if (expect.all_calls) {
        for (const ObservedTransition& observed : observation.transitions) {
            const bool matched =
                std::any_of(matches.begin(), matches.end(),
                            [&observed](const Match& m) { return m.observed == &observed; });
            if (observed.is_call && !matched) {
                differences.push_back({"transitions", "no more calls", observed.name});
            }
        }
    }
    return differences;
}

}  // namespace ringside::check
