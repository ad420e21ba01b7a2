// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "check/pattern.hpp"
#include "check/text_span.hpp"

namespace ringside::check {

/// A field by name; those of tables are "frame.Eip", "arguments.Length", "stack.esp".
struct ExpectedField {
    std::string name;
    Pattern pattern;
    TextSpan value{};  ///< in the case's text
    std::uint32_t line = 0;
};

struct ExpectedTransition {
    std::string name;  ///< "NtReadFile", "#PF", "int 2Ah", "dispatch"
    bool is_call = true;
    std::string entry;  ///< only in runs with this entry; empty: in all
    std::vector<ExpectedField> fields;
    /// The tables that belong to it, with the comments between them; empty for one that is not
    /// written as [[transition]].
    TextSpan block{};
    std::uint32_t line = 0;
};

struct Expectation {
    std::optional<std::int64_t> exit_status;
    std::optional<std::string> reason;
    std::optional<std::string> stdout_text;
    std::vector<std::string> report_contains;
    /// The list is all calls of the run, not some of its transitions in their order.
    bool all_calls = false;
    std::vector<ExpectedTransition> transitions;

    /// Nothing that a run could differ from.
    [[nodiscard]] bool is_empty() const;
};

/// Where the values of [expect] stand, for who changes them.
struct ExpectationText {
    TextSpan header;  ///< the line that begins the table, with its end
    TextSpan exit_status;
    TextSpan reason;
    TextSpan stdout_text;
};

/// A *.case.toml file.
struct Case {
    std::string path;
    std::string folder;  ///< host paths in the case start here
    std::string text;    ///< the whole file
    /// Commands for the shell that make files which the world names.
    std::vector<std::string> build;
    std::string program;
    std::vector<std::string> arguments;
    std::string input;
    /// One run for each system with each entry; a single empty one of what the case does not name.
    std::vector<std::string> systems;
    std::vector<std::string> entries;
    /// Options of `ringside trace` without their dashes, in the order of their names.
    std::vector<std::pair<std::string, std::string>> options;
    Expectation expect;
    ExpectationText expect_text;
};

inline constexpr std::string_view case_suffix = ".case.toml";

/// One run of a case: on one of its systems, by one of its entries.
struct Variation {
    Case one;  ///< with that system as an option
    std::string entry;
    std::string label;  ///< " [xp, int2e]", or empty
};
[[nodiscard]] std::vector<Variation> variations(const Case& one);

/// Reads a case. `options` are the names that [world] may have beside its own; without any, all
/// are taken. Throws InputError (2) with file and line.
[[nodiscard]] Case parse_case(const std::string& path, std::string_view text,
                              std::span<const std::string> options = {});

}  // namespace ringside::check
