// SPDX-License-Identifier: MIT
#include "check/bless.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "check/compare.hpp"
#include "trace/words.hpp"

namespace ringside::check {
namespace {

/// What a newly listed call records: stable from build to build, and the heart of its frame.
constexpr std::array<std::string_view, 9> fields_of_new_calls{
    "from",        "status",       "frame.DbgArgMark",  "frame.PreviousPreviousMode", "frame.Eip",
    "frame.SegCs", "frame.EFlags", "frame.HardwareEsp", "frame.HardwareSegSs"};

std::string quoted(std::string_view text) {
    std::string result = "\"";
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        switch (c) {
            case '"': result += "\\\""; break;
            case '\\': result += "\\\\"; break;
            case '\n': result += "\\n"; break;
            case '\r': result += "\\r"; break;
            case '\t': result += "\\t"; break;
            default:
                if (byte < 0x20 || byte == 0x7F) {
                    result += fmt::format("\\u{:04X}", byte);
                } else {
                    result += c;
                }
        }
    }
    return result + "\"";
}

/// A text of several lines as a reviewer wants it.
std::string quoted_lines(std::string_view text) {
    if (text.find('\n') == std::string_view::npos) {
        return quoted(text);
    }
    std::string result = "\"\"\"\n";
    while (!text.empty()) {
        const auto end = text.find('\n');
        const std::string line = quoted(text.substr(0, end));
        result += std::string_view(line).substr(1, line.size() - 2);
        if (end == std::string_view::npos) {
            break;
        }
        result += '\n';
        text.remove_prefix(end + 1);
    }
    return result + "\"\"\"";
}

std::string bare_or_quoted(std::string_view key) {
    const bool bare = !key.empty() && std::all_of(key.begin(), key.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '_' || c == '-';
    });
    return bare ? std::string(key) : quoted(key);
}

Expected value_of(const ObservedField& field) {
    if (!field.text.empty()) {
        return field.text;
    }
    return static_cast<std::int64_t>(field.value.value_or(0));
}

std::string toml_value(const Expected& expected) {
    if (const auto* number = std::get_if<std::int64_t>(&expected)) {
        return fmt::format("0x{:08X}", *number);
    }
    const auto* text = std::get_if<std::string>(&expected);
    return text != nullptr ? quoted(*text) : "\"any\"";
}

void write_fields(std::string& out, const ExpectedTransition& transition, std::string_view prefix) {
    for (const auto& [name, value] : transition.fields) {
        const auto dot = name.find('.');
        const bool inside = dot != std::string::npos;
        if (inside != !prefix.empty() || (inside && !name.starts_with(prefix))) {
            continue;
        }
        const auto key = inside ? std::string_view(name).substr(dot + 1) : std::string_view(name);
        out += fmt::format("{} = {}\n", bare_or_quoted(key), toml_value(value));
    }
}

bool has_prefix(const ExpectedTransition& transition, std::string_view prefix) {
    return std::any_of(transition.fields.begin(), transition.fields.end(),
                       [prefix](const auto& field) { return field.first.starts_with(prefix); });
}

std::string text_of(const Expectation& expect) {
    std::string out = "[expect]\n";
    if (expect.exit_status) {
        out += fmt::format("exit_status = {}\n", *expect.exit_status);
    }
    if (expect.reason) {
        out += fmt::format("reason = {}\n", quoted(*expect.reason));
    }
    if (expect.stdout_text) {
        out += fmt::format("stdout = {}\n", quoted_lines(*expect.stdout_text));
    }
    if (!expect.report_contains.empty()) {
        std::vector<std::string> parts;
        for (const std::string& part : expect.report_contains) {
            parts.push_back(quoted(part));
        }
        out += fmt::format("report_contains = [{}]\n", fmt::join(parts, ", "));
    }
    if (expect.all_calls) {
        out += "transitions = \"calls\"\n";
    }
    for (const ExpectedTransition& transition : expect.transitions) {
        out += fmt::format("\n[[transition]]\n{} = {}\n", transition.is_call ? "call" : "event",
                           quoted(transition.name));
        if (!transition.entry.empty()) {
            out += fmt::format("entry = {}\n", quoted(transition.entry));
        }
        write_fields(out, transition, "");
        for (const std::string_view table : {"arguments", "frame"}) {
            const std::string prefix = std::string(table) + ".";
            if (has_prefix(transition, prefix)) {
                out += fmt::format("[transition.{}]\n", table);
                write_fields(out, transition, prefix);
            }
        }
    }
    return out;
}

std::vector<ExpectedTransition> listed_anew(const Observation& observation) {
    std::vector<ExpectedTransition> result;
    for (const ObservedTransition& observed : observation.transitions) {
        if (!observed.is_call) {
            continue;
        }
        ExpectedTransition transition{observed.name, true, {}, {}};
        for (const std::string_view name : fields_of_new_calls) {
            if (const ObservedField* field = observed.find(name)) {
                transition.fields.emplace_back(field->name, value_of(*field));
            }
        }
        result.push_back(std::move(transition));
    }
    return result;
}

/// Whether the list can still be filled in, or names other calls than the run made.
bool same_calls(const Expectation& expect, const Observation& observation) {
    const auto matches = match_transitions(expect, observation);
    const auto calls = std::count_if(observation.transitions.begin(), observation.transitions.end(),
                                     [](const auto& transition) { return transition.is_call; });
    return static_cast<std::size_t>(calls) == matches.size() &&
           std::all_of(matches.begin(), matches.end(),
                       [](const Match& match) { return match.observed != nullptr; });
}

}  // namespace

std::string blessed_text(const Case& original, const std::vector<Observation>& observations) {
    Expectation expect = original.expect;
    const Observation& first = observations.front();
    if (expect.exit_status || original.expect.transitions.empty()) {
        expect.exit_status = first.stop.exit_status();
    }
    if (expect.reason) {
        expect.reason = std::string(trace::stop_word(first.stop.kind));
    }
    if (expect.stdout_text || !first.stdout_text.empty()) {
        expect.stdout_text = first.stdout_text;
    }
    if (expect.all_calls && !same_calls(expect, first)) {
        expect.transitions = listed_anew(first);
    }
    std::vector<bool> filled(expect.transitions.size());
    for (const Observation& observation : observations) {
        for (const Match& match : match_transitions(expect, observation)) {
            if (match.observed == nullptr) {
                continue;
            }
            auto& fields = expect.transitions[match.index].fields;
            fields = in_observed_order(expect.transitions[match.index], *match.observed);
            for (auto& [name, value] : fields) {
                const ObservedField* const field = match.observed->find(name);
                if (field == nullptr || std::holds_alternative<AnyValue>(value)) {
                    continue;
                }
                if (!equal(value, *field)) {
                    value = filled[match.index] ? Expected(AnyValue{}) : value_of(*field);
                }
            }
            filled[match.index] = true;
        }
    }
    std::string head = original.head;
    if (!head.empty() && !head.ends_with("\n\n")) {
        head += head.ends_with('\n') ? "\n" : "\n\n";
    }
    return head + text_of(expect);
}

}  // namespace ringside::check
