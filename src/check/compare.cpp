// SPDX-License-Identifier: MIT
#include "check/compare.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/ensure.hpp"
#include "base/near_miss.hpp"
#include "base/text.hpp"
#include "trace/words.hpp"

namespace ringside::check {
namespace {

constexpr std::string_view frame_prefix = "frame.";
constexpr std::size_t most_surplus_calls = 10;

std::string number_text(std::uint64_t value) {
    return fmt::format("0x{:08X}", value);
}

/// The same in a field's own way.
std::string number_text(std::string_view field, std::uint64_t value) {
    return is_counted(field) ? fmt::format("{}", value) : number_text(value);
}

std::string text_of(const ObservedField* field) {
    if (field == nullptr) {
        return "nothing";
    }
    if (!field->value) {
        return field->text;
    }
    const std::string number = number_text(field->name, *field->value);
    return field->text.empty() ? number : fmt::format("{} ({})", number, field->text);
}

std::string text_of(const ExpectedField& field) {
    const auto* const number = std::get_if<std::int64_t>(&field.pattern);
    return number != nullptr && is_counted(field.name) ? fmt::format("{}", *number)
                                                       : pattern_text(field.pattern);
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

/// Exceptions of one kind are many: one that says where it comes from is looked for by that too.
bool same_transition(const ExpectedTransition& expected, const ObservedTransition& observed) {
    if (expected.is_call != observed.is_call || expected.name != observed.name) {
        return false;
    }
    return expected.is_call ||
           std::all_of(expected.fields.begin(), expected.fields.end(), [&](const auto& field) {
               const ObservedField* const from =
                   field.name == "from" ? observed.find("from") : nullptr;
               const auto* const text = std::get_if<std::string>(&field.pattern);
               return from == nullptr || text == nullptr || *text == from->text;
           });
}

bool concerns(const ExpectedTransition& expected, const Observation& observation) {
    return expected.entry.empty() || expected.entry == observation.entry;
}

/// The table that a field stands in, with the dot; empty for none.
std::string_view table_of(std::string_view field) {
    return field.substr(0, field.find('.') + 1);
}

}  // namespace

std::string difference_text(const Difference& difference) {
    std::string text = fmt::format("{}: expected {}, got {}", difference.what, difference.expected,
                                   difference.observed);
    if (!difference.hint.empty()) {
        text += fmt::format(" ({})", difference.hint);
    }
    text += '\n';
    for (const std::string& writer : difference.writers) {
        text += fmt::format("  {}\n", writer);
    }
    return text;
}

std::vector<ExpectedField> in_observed_order(const ExpectedTransition& expected,
                                             const ObservedTransition& observed) {
    const auto position = [&observed](const ExpectedField& field) {
        const ObservedField* const found = observed.find(field.name);
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

Comparison::Referred Comparison::referred(const SameAs& same, const ExpectedField& field) const {
    const auto match = std::find_if(matches_.begin(), matches_.end(), [&same](const Match& one) {
        return one.index == same.transition;
    });
    if (match == matches_.end()) {
        return {nullptr, "which is not looked for in this run"};
    }
    if (match->observed == nullptr) {
        return {nullptr, "which was not seen"};
    }
    std::string name = same.field;
    if (name.empty()) {
        name = field.name;
    } else if (name.find('.') == std::string::npos) {
        name = std::string(table_of(field.name)) + name;
    }
    const ObservedField* found = match->observed->find(name);
    if (found == nullptr) {
        found = match->observed->find(same.field);  // frame_address, from within a table
    }
    return {found, found == nullptr ? fmt::format("which has no {}", name) : std::string()};
}

bool Comparison::equals_text(const std::string& text, const ObservedField& observed) const {
    if (text == observed.text) {
        return true;
    }
    if (!observed.value) {
        return false;
    }
    if (const auto number = parse_number(text)) {
        return *number == *observed.value;
    }
    const auto symbol = observation_.symbols.find(text);
    return symbol != observation_.symbols.end() && symbol->second == observed.value;
}

bool Comparison::holds(const ExpectedField& field, const ObservedField* observed) const {
    if (std::holds_alternative<AnyValue>(field.pattern)) {
        return true;
    }
    if (observed == nullptr) {
        return false;
    }
    if (const auto* number = std::get_if<std::int64_t>(&field.pattern)) {
        return observed->value && *observed->value == static_cast<std::uint64_t>(*number);
    }
    if (const auto* text = std::get_if<std::string>(&field.pattern)) {
        return equals_text(*text, *observed);
    }
    if (const auto* bits = std::get_if<Bits>(&field.pattern)) {
        return observed->value && bits->match(*observed->value);
    }
    const ObservedField* const other = referred(std::get<SameAs>(field.pattern), field).field;
    return other != nullptr && other->value == observed->value &&
           (observed->value || other->text == observed->text);
}

std::string Comparison::hint_of(const Match& match, const ExpectedField& field,
                                const ObservedField* observed) const {
    if (observed == nullptr) {
        const auto table = table_of(field.name);
        std::vector<std::string> names;
        for (const ObservedField& one : match.observed->fields) {
            if (table_of(one.name) == table) {
                names.push_back(one.name.substr(table.size()));
            }
        }
        const std::string near = suggestion(field.name.substr(table.size()), names);
        return near.empty() ? near : near.substr(2);
    }
    const auto* const text = std::get_if<std::string>(&field.pattern);
    const auto symbol =
        text != nullptr ? observation_.symbols.find(*text) : observation_.symbols.end();
    if (symbol == observation_.symbols.end()) {
        const auto& known = observation_.vocabulary.statuses;
        if (text == nullptr || field.name != "status" ||
            std::find(known.begin(), known.end(), *text) != known.end()) {
            return {};
        }
        const std::string near = suggestion(*text, known);
        return near.empty() ? near : near.substr(2);
    }
    if (symbol->second) {
        return fmt::format("{} is {}", *text, number_text(*symbol->second));
    }
    const auto near = observation_.near_symbols.find(*text);
    return fmt::format("no symbol {} in this run{}", *text,
                       near == observation_.near_symbols.end() ? "" : near->second);
}

Difference Comparison::difference(const Match& match, const ExpectedField& field,
                                  const ObservedField* observed) const {
    const ExpectedTransition& transition = expect_.transitions[match.index];
    Difference result{
        fmt::format("transition {} {}, {}", match.index + 1, transition.name, field.name),
        text_of(field), text_of(observed)};
    result.transition = match.index + 1;
    result.field = field.name;
    result.hint = hint_of(match, field, observed);
    if (observed != nullptr) {
        result.storages = observed->storages;
    }
    if (const auto* bits = std::get_if<Bits>(&field.pattern)) {
        result.mask = result.expected;
        if (observed != nullptr && observed->value) {
            result.observed = fmt::format("{} ({})", number_text(*observed->value),
                                          bits_text(*bits, *observed->value));
        }
    } else if (const auto* same = std::get_if<SameAs>(&field.pattern)) {
        result.mask = result.expected;
        const Referred other = referred(*same, field);
        result.expected = other.field != nullptr
                              ? fmt::format("{} ({})", text_of(other.field), result.mask)
                              : fmt::format("{}, {}", result.mask, other.problem);
    }
    return result;
}

void Comparison::compare_ends(std::vector<Difference>& differences) const {
    const guest::StopReason& stop = observation_.stop;
    const int status = stop.exit_status();
    if (expect_.exit_status && *expect_.exit_status != status) {
        differences.push_back({"exit_status", fmt::format("{}", *expect_.exit_status),
                               stop.message.empty()
                                   ? fmt::format("{}", status)
                                   : fmt::format("{} ({})", status, stop.message)});
    }
    const std::string_view reason = trace::stop_word(stop.kind);
    if (expect_.reason && *expect_.reason != reason) {
        differences.push_back({"reason", *expect_.reason, std::string(reason)});
    }
    const bool is_limit =
        stop.kind == guest::StopKind::cycle_limit || stop.kind == guest::StopKind::time_limit;
    if (is_limit && !expect_.exit_status && !expect_.reason) {
        differences.push_back({"reason", "an end within the limits", stop.message});
    }
    if (expect_.stdout_text && *expect_.stdout_text != observation_.stdout_text) {
        differences.push_back(
            text_difference("stdout", *expect_.stdout_text, observation_.stdout_text));
    }
    const std::string report = stop.message + "\n" + stop.report;
    for (const std::string& part : expect_.report_contains) {
        if (report.find(part) == std::string::npos) {
            differences.push_back(
                {"report_contains", part, stop.message.empty() ? "no report" : stop.message});
        }
    }
}

Difference Comparison::not_seen(std::size_t index) const {
    const ExpectedTransition& expected = expect_.transitions[index];
    Difference result{fmt::format("transition {} {}", index + 1, expected.name), "to happen",
                      observation_.is_cut ? "not seen among the first ones of the run"
                                          : "not seen from there on"};
    result.transition = index + 1;
    const auto& services = observation_.vocabulary.services;
    if (expected.is_call && !services.empty() &&
        std::find(services.begin(), services.end(), expected.name) == services.end()) {
        result.hint = "no service has that name" + suggestion(expected.name, services);
    }
    return result;
}

void Comparison::compare_fields(const Match& match, std::vector<Difference>& differences) const {
    for (const ExpectedField& field :
         in_observed_order(expect_.transitions[match.index], *match.observed)) {
        const ObservedField* const observed = match.observed->find(field.name);
        if (!holds(field, observed)) {
            differences.push_back(difference(match, field, observed));
        }
    }
}

/// What was called but is not listed; the first few by name.
void Comparison::compare_rest(std::vector<Difference>& differences) const {
    std::size_t surplus = 0;
    for (const ObservedTransition& observed : observation_.transitions) {
        const bool matched =
            std::any_of(matches_.begin(), matches_.end(),
                        [&observed](const Match& m) { return m.observed == &observed; });
        if (observed.is_call && !matched && ++surplus <= most_surplus_calls) {
            differences.push_back({"transitions", "no more calls", observed.name});
        }
    }
    if (surplus > most_surplus_calls) {
        differences.push_back(
            {"transitions", "no more calls", fmt::format("{} more", surplus - most_surplus_calls)});
    }
}

std::vector<Difference> Comparison::differences() const {
    std::vector<Difference> differences;
    compare_ends(differences);
    for (const Match& match : matches_) {
        if (match.observed == nullptr) {
            differences.push_back(not_seen(match.index));
        } else {
            compare_fields(match, differences);
        }
    }
    if (expect_.all_calls) {
        compare_rest(differences);
    }
    return differences;
}

std::vector<Difference> compare(const Expectation& expect, const Observation& observation) {
    return Comparison(expect, observation).differences();
}

void refuse_unknown_fields(const Case& one, const Vocabulary& vocabulary) {
    const auto& known = vocabulary.frame_fields;
    if (known.empty()) {
        return;
    }
    for (const ExpectedTransition& transition : one.expect.transitions) {
        for (const ExpectedField& field : transition.fields) {
            if (!field.name.starts_with(frame_prefix)) {
                continue;
            }
            const std::string name = field.name.substr(frame_prefix.size());
            if (std::find(known.begin(), known.end(), name) == known.end()) {
                throw InputError(2,
                                 fmt::format("{}:{}: {} has no field '{}'{}", one.path, field.line,
                                             vocabulary.frame, name, suggestion(name, known)));
            }
        }
    }
}

}  // namespace ringside::check
