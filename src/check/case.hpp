// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace ringside::check {

/// What a field should be: a number, a text (a symbol, a status by name), or anything.
struct AnyValue {
    friend bool operator==(AnyValue, AnyValue) = default;
};
using Expected = std::variant<AnyValue, std::int64_t, std::string>;

/// A field by name; those of frames and arguments are "frame.Eip" and "arguments.Length".
using ExpectedField = std::pair<std::string, Expected>;

struct ExpectedTransition {
    std::string name;  ///< "NtReadFile", "#PF", "int 2Ah", "dispatch"
    bool is_call = true;
    std::string entry;  ///< only in runs with this entry; empty: in all
    std::vector<ExpectedField> fields;
};

struct Expectation {
    std::optional<std::int64_t> exit_status;
    std::optional<std::string> reason;
    std::optional<std::string> stdout_text;
    std::vector<std::string> report_contains;
    /// The list is all calls of the run, not some of its transitions in their order.
    bool all_calls = false;
    std::vector<ExpectedTransition> transitions;
};

/// A *.case.toml file.
struct Case {
    std::string path;
    std::string folder;  ///< host paths in the case start here
    std::string head;    ///< the text before the expectations, kept by --bless
    std::string program;
    std::vector<std::string> arguments;
    std::string input;
    /// One run for each system with each entry; a single empty one of what the case does not name.
    std::vector<std::string> systems;
    std::vector<std::string> entries;
    /// Options of `ringside trace` without their dashes, in the order of the file.
    std::vector<std::pair<std::string, std::string>> options;
    Expectation expect;
};

inline constexpr std::string_view case_suffix = ".case.toml";

/// One run of a case: on one of its systems, by one of its entries.
struct Variation {
    Case one;  ///< with that system as an option
    std::string entry;
    std::string label;  ///< " [xp, int2e]", or empty
};
[[nodiscard]] std::vector<Variation> variations(const Case& one);

/// Reads a case. Throws InputError (2) with file and line.
[[nodiscard]] Case parse_case(const std::string& path, std::string_view text);

}  // namespace ringside::check
