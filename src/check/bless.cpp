// SPDX-License-Identifier: MIT
#include "check/bless.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "base/ensure.hpp"
#include "base/utf8.hpp"
#include "check/call_list.hpp"
#include "check/compare.hpp"
#include "check/toml_text.hpp"
#include "trace/words.hpp"

namespace ringside::check {
namespace {

/// Exit status, reason and output.
void bless_ends(const Case& original, const Observation& run, TextEdits& edits) {
    const Expectation& expect = original.expect;
    const ExpectationText& at = original.expect_text;
    if (expect.exit_status && *expect.exit_status != run.stop.exit_status()) {
        edits.replace(at.exit_status, fmt::format("{}", run.stop.exit_status()));
    }
    if (expect.reason && *expect.reason != trace::stop_word(run.stop.kind)) {
        edits.replace(at.reason, quoted(trace::stop_word(run.stop.kind)));
    }
    // TOML has no place for other text: it stays a difference.
    const bool is_text = is_utf8(run.stdout_text);
    if (expect.stdout_text && *expect.stdout_text != run.stdout_text && is_text) {
        edits.replace(at.stdout_text, quoted_lines(run.stdout_text));
    }
    if (!expect.is_empty()) {
        return;
    }
    std::string lines = fmt::format("exit_status = {}\n", run.stop.exit_status());
    if (!run.stdout_text.empty() && is_text) {
        lines += fmt::format("stdout = {}\n", quoted_lines(run.stdout_text));
    }
    if (!at.header.is_empty()) {
        const bool ends = original.text[at.header.end - 1] == '\n';
        edits.insert(at.header.end, ends ? lines : "\n" + lines);
        return;
    }
    const bool ends = original.text.empty() || original.text.back() == '\n';
    edits.insert(original.text.size(), fmt::format("{}\n[expect]\n{}", ends ? "" : "\n", lines));
}

/// What a field becomes when a run has it so; nothing when nobody can say.
std::optional<std::string> text_for(const ExpectedField& field, const ObservedField* observed,
                                    std::string_view old_text) {
    if (observed == nullptr) {
        // A name that the service does not have is the case's mistake, not the run's doing.
        return field.name.starts_with("arguments.") ? std::nullopt : std::optional("\"any\"");
    }
    if (const auto* bits = std::get_if<Bits>(&field.pattern); bits != nullptr && observed->value) {
        return quoted(bits_text(*bits, *observed->value));
    }
    const bool as_it_was = is_counted(field.name) || field.name.starts_with("arguments.");
    return value_text(*observed, as_it_was || old_text.starts_with("0x") ? old_text : "");
}

/// The same fields with new values, where some run has another one.
void bless_fields(const Case& original, const std::vector<Observation>& observations,
                  TextEdits& edits) {
    struct Seen {
        bool differs = false;
        bool is_unknown = false;
        std::vector<std::string> texts;
    };
    std::vector<std::vector<Seen>> seen;
    for (const ExpectedTransition& transition : original.expect.transitions) {
        seen.emplace_back(transition.fields.size());
    }
    for (const Observation& observation : observations) {
        const Comparison comparison(original.expect, observation);
        for (const Match& match : comparison.matches()) {
            if (match.observed == nullptr) {
                continue;
            }
            const auto& fields = original.expect.transitions[match.index].fields;
            for (std::size_t i = 0; i < fields.size(); ++i) {
                const ObservedField* const field = match.observed->find(fields[i].name);
                const TextSpan at = fields[i].value;
                const auto text =
                    text_for(fields[i], field,
                             std::string_view(original.text).substr(at.begin, at.end - at.begin));
                Seen& all = seen[match.index][i];
                all.differs = all.differs || !comparison.holds(fields[i], field);
                all.is_unknown = all.is_unknown || !text;
                all.texts.push_back(text.value_or(""));
            }
        }
    }
    for (std::size_t t = 0; t < seen.size(); ++t) {
        for (std::size_t i = 0; i < seen[t].size(); ++i) {
            const Seen& one = seen[t][i];
            if (one.differs && !one.is_unknown) {
                const bool agree = std::all_of(
                    one.texts.begin(), one.texts.end(),
                    [&one](const std::string& text) { return text == one.texts.front(); });
                edits.replace(original.expect.transitions[t].fields[i].value,
                              agree ? one.texts.front() : "\"any\"");
            }
        }
    }
}

/// The case as another text has it; the text came out of one that could be read.
Case read_again(const Case& original, const std::string& text) {
    return parse_case(original.path, text);
}

}  // namespace

std::string blessed_text(const Case& original, const std::vector<Observation>& observations) {
    const Observation& first = observations.front();
    TextEdits ends;
    bless_ends(original, first, ends);
    Case current = read_again(original, ends.applied_to(original.text));
    if (current.expect.all_calls) {
        current = read_again(original, with_calls_of(current, first));
    }
    TextEdits fields;
    bless_fields(current, observations, fields);
    return read_again(original, fields.applied_to(current.text)).text;
}

}  // namespace ringside::check
