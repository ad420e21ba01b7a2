// SPDX-License-Identifier: MIT
#include "check/case_reader.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>
#include <toml++/toml.h>

#include "base/ensure.hpp"
#include "base/near_miss.hpp"
#include "base/text.hpp"
#include "check/key_depth.hpp"

namespace ringside::check {
namespace {

const std::vector<std::string> root_keys{"world", "build", "expect", "transition"};
const std::vector<std::string> world_keys{"program", "args", "stdin", "os", "entry"};
const std::vector<std::string> build_keys{"command"};
const std::vector<std::string> expect_keys{"exit_status", "reason", "stdout", "report_contains",
                                           "transitions"};
const std::vector<std::string> transition_names{"call", "event", "entry"};
const std::vector<std::string> field_keys{"thread", "gate",       "from", "status", "exit",
                                          "to",     "error_code", "cr2",  "clocks", "frame_address",
                                          "module", "via"};
const std::vector<std::string> field_tables{"frame",   "arguments", "before",
                                            "entered", "after",     "stack"};
const std::vector<std::string> point_fields{"cs", "eip", "eflags", "ss", "esp", "eax", "edx"};

bool is_one_of(std::string_view key, std::span<const std::string> known) {
    return std::find(known.begin(), known.end(), key) != known.end();
}

std::vector<std::string> joined(std::span<const std::string> a, std::span<const std::string> b) {
    std::vector<std::string> result(a.begin(), a.end());
    result.insert(result.end(), b.begin(), b.end());
    return result;
}

/// Reads the tables of one file and says where it went wrong.
class Reader {
  public:
    Reader(Case& result, std::span<const std::string> options)
        : case_(result), options_(options), positions_(result.text) {}

    void read(const toml::table& root) {
        for (const auto& [key, node] : root) {
            if (key == "world") {
                world(table(key, node));
            } else if (key == "build") {
                build(table(key, node));
            } else if (key == "expect") {
                expect(table(key, node));
            } else if (key == "transition") {
                for (const auto& item : array(key, node)) {
                    transition(table(key, item));
                }
            } else {
                fail_unknown(key, "", root_keys);
            }
        }
        if (case_.program.empty() && case_.options.empty() && case_.systems.empty()) {
            throw InputError(2, fmt::format("{}: [world] names no program", case_.path));
        }
        for (auto* const list : {&case_.systems, &case_.entries}) {
            if (list->empty()) {
                list->emplace_back();
            }
        }
        find_blocks(root);
        check_references();
    }

  private:
    [[noreturn]] void fail(std::uint32_t line, std::string_view what) const {
        throw InputError(2, fmt::format("{}:{}: {}", case_.path, line, what));
    }
    [[noreturn]] void fail(const toml::node& node, std::string_view what) const {
        fail(node.source().begin.line, what);
    }
    [[noreturn]] void fail_unknown(const toml::key& key, std::string_view where,
                                   std::span<const std::string> known) const {
        const std::string near = suggestion(key.str(), known);
        fail(key.source().begin.line,
             fmt::format(
                 "unknown key '{}'{}{}", key.str(), where,
                 near.empty() ? fmt::format("; there are {}", fmt::join(known, ", ")) : near));
    }

    const toml::table& table(const toml::key& key, const toml::node& node) const {
        if (const auto* result = node.as_table()) {
            return *result;
        }
        fail(node, fmt::format("'{}' must be a table", key.str()));
    }
    const toml::array& array(const toml::key& key, const toml::node& node) const {
        if (const auto* result = node.as_array()) {
            return *result;
        }
        fail(node, fmt::format("'{}' must be an array", key.str()));
    }
    std::string text(const toml::key& key, const toml::node& node) const {
        if (const auto* result = node.as_string()) {
            return result->get();
        }
        fail(node, fmt::format("'{}' must be a string", key.str()));
    }
    std::int64_t number(const toml::key& key, const toml::node& node) const {
        if (const auto* result = node.as_integer()) {
            return result->get();
        }
        fail(node, fmt::format("'{}' must be a whole number", key.str()));
    }
    std::vector<std::string> texts(const toml::key& key, const toml::node& node) const {
        if (!node.is_array()) {
            return {option_value(key, node)};
        }
        std::vector<std::string> result;
        for (const auto& item : *node.as_array()) {
            result.push_back(option_value(key, item));
        }
        return result;
    }
    std::string option_value(const toml::key& key, const toml::node& node) const {
        if (node.is_integer()) {
            return fmt::format("{}", node.as_integer()->get());
        }
        if (node.is_boolean()) {
            return node.as_boolean()->get() ? "true" : "false";
        }
        return text(key, node);
    }

    [[nodiscard]] TextSpan span_of(const toml::node& node) const {
        const auto& [begin, end, path] = node.source();
        return {positions_.offset(begin.line, begin.column),
                positions_.offset(end.line, end.column)};
    }
    [[nodiscard]] std::size_t line_start(std::size_t at) const {
        const auto before = at == 0 ? std::string::npos : case_.text.rfind('\n', at - 1);
        return before == std::string::npos ? 0 : before + 1;
    }
    [[nodiscard]] std::size_t line_end(std::size_t at) const {
        const auto end = case_.text.find('\n', at);
        return end == std::string::npos ? case_.text.size() : end + 1;
    }

    void world(const toml::table& world) {
        for (const auto& [key, node] : world) {
            if (key == "program") {
                case_.program = text(key, node);
            } else if (key == "args") {
                case_.arguments = texts(key, node);
            } else if (key == "stdin") {
                case_.input = text(key, node);
            } else if (key == "os") {
                case_.systems = texts(key, node);
            } else if (key == "entry") {
                case_.entries = texts(key, node);
            } else if (options_.empty() || is_one_of(key.str(), options_)) {
                for (std::string& value : texts(key, node)) {
                    case_.options.emplace_back(key.str(), std::move(value));
                }
            } else {
                fail_unknown(key, " in [world]", joined(world_keys, options_));
            }
        }
    }

    void build(const toml::table& build) {
        for (const auto& [key, node] : build) {
            if (key != "command") {
                fail_unknown(key, " in [build]", build_keys);
            }
            case_.build = texts(key, node);
        }
    }

    void expect(const toml::table& expect) {
        Expectation& result = case_.expect;
        ExpectationText& at = case_.expect_text;
        const std::size_t header = span_of(expect).begin;
        if (case_.text.compare(header, 1, "[") == 0) {
            at.header = {header, line_end(header)};
        }
        for (const auto& [key, node] : expect) {
            if (key == "exit_status") {
                result.exit_status = number(key, node);
                if (*result.exit_status < 0 || *result.exit_status > 255) {
                    fail(node, "'exit_status' is 0 to 255, the low 8 bits of the guest's");
                }
                at.exit_status = span_of(node);
            } else if (key == "reason") {
                result.reason = text(key, node);
                at.reason = span_of(node);
            } else if (key == "stdout") {
                result.stdout_text = text(key, node);
                at.stdout_text = span_of(node);
            } else if (key == "report_contains") {
                result.report_contains = texts(key, node);
            } else if (key == "transitions") {
                const std::string which = text(key, node);
                if (which != "listed" && which != "calls") {
                    fail(node, "'transitions' must be \"listed\" or \"calls\"");
                }
                result.all_calls = which == "calls";
            } else {
                fail_unknown(key, " in [expect]", expect_keys);
            }
        }
    }

    void transition(const toml::table& fields) {
        ExpectedTransition result;
        result.line = fields.source().begin.line;
        for (const auto& [key, node] : fields) {
            if (key == "call" || key == "event") {
                if (!result.name.empty()) {
                    fail(node, "a [[transition]] has 'call' or 'event', not both");
                }
                result.name = text(key, node);
                result.is_call = key == "call";
            } else if (key == "entry") {
                result.entry = text(key, node);
            } else if (is_one_of(key.str(), field_tables)) {
                for (const auto& [name, value] : table(key, node)) {
                    inner_field(result, key, name, value);
                }
            } else if (is_one_of(key.str(), field_keys)) {
                add_field(result, std::string(key.str()), key, node);
            } else {
                fail_unknown(key, " in [[transition]]",
                             joined(joined(transition_names, field_keys), field_tables));
            }
        }
        if (result.name.empty()) {
            fail(fields, "a [[transition]] needs 'call' or 'event'");
        }
        // Tables keep their keys by name; a reader expects the file's order.
        std::stable_sort(
            result.fields.begin(), result.fields.end(),
            [](const auto& a, const auto& b) { return a.value.begin < b.value.begin; });
        case_.expect.transitions.push_back(std::move(result));
    }

    void inner_field(ExpectedTransition& result, const toml::key& key, const toml::key& name,
                     const toml::node& value) const {
        const bool is_open = key == "frame" || key == "arguments";
        if (!is_open && !is_one_of(name.str(), point_fields)) {
            fail_unknown(name, fmt::format(" in [transition.{}]", key.str()), point_fields);
        }
        add_field(result, fmt::format("{}.{}", key.str(), name.str()), name, value);
    }

    void add_field(ExpectedTransition& result, std::string name, const toml::key& key,
                   const toml::node& node) const {
        result.fields.push_back(
            {std::move(name), pattern(key, node), span_of(node), node.source().begin.line});
    }

    /// Fields have 32 bits, but for the clocks; -1 is what they hold of it.
    Pattern number_pattern(const toml::key& key, const toml::node& node) const {
        const std::int64_t value = number(key, node);
        const bool fits = value >= INT32_MIN && value <= UINT32_MAX;
        if (key == "clocks" ? value < 0 : !fits) {
            fail(node, fmt::format("'{}' = {}: no field has such a number", key.str(), value));
        }
        return value < 0 ? std::int64_t{static_cast<std::uint32_t>(value)} : value;
    }

    Pattern pattern(const toml::key& key, const toml::node& node) const {
        if (node.is_integer()) {
            return number_pattern(key, node);
        }
        const auto result = parse_pattern(text(key, node));
        if (!result) {
            fail(node, fmt::format("'{}' = {}", key.str(), result.error()));
        }
        return *result;
    }

    /// A transition's text goes on to where another top-level table begins, or the comments that
    /// stand over that.
    void find_blocks(const toml::table& root) {
        auto& transitions = case_.expect.transitions;
        std::vector<std::size_t> begins;
        const auto begin = [&](const toml::node& node) {
            const std::size_t at = span_of(node).begin;
            if (case_.text.compare(at, 1, "[") == 0) {
                begins.push_back(with_comments_above(line_start(at)));
            }
        };
        for (const auto& [key, node] : root) {
            if (key != "transition") {
                begin(node);
                continue;
            }
            const toml::array& list = *node.as_array();
            for (std::size_t i = 0; i < list.size(); ++i) {
                const std::size_t at = span_of(list[i]).begin;
                if (case_.text.compare(at, 2, "[[") != 0) {
                    return;
                }
                begin(list[i]);
                transitions[i].block.begin = begins.back();
            }
        }
        begins.push_back(case_.text.size());
        std::sort(begins.begin(), begins.end());
        for (ExpectedTransition& one : transitions) {
            one.block.end = *std::upper_bound(begins.begin(), begins.end(), one.block.begin);
        }
    }

    [[nodiscard]] std::size_t with_comments_above(std::size_t start) const {
        while (start != 0) {
            const std::size_t above = line_start(start - 1);
            const auto line = trim(std::string_view(case_.text).substr(above, start - above));
            if (!line.starts_with('#')) {
                break;
            }
            start = above;
        }
        return start;
    }

    void check_references() const {
        const auto& transitions = case_.expect.transitions;
        for (std::size_t i = 0; i < transitions.size(); ++i) {
            for (const ExpectedField& field : transitions[i].fields) {
                const auto* same = std::get_if<SameAs>(&field.pattern);
                if (same == nullptr) {
                    continue;
                }
                const auto refuse = [&](std::string_view why) {
                    fail(field.line, fmt::format("'{}' = \"{}\": {}", field.name,
                                                 pattern_text(field.pattern), why));
                };
                if (same->transition >= transitions.size()) {
                    refuse(fmt::format("the case has {} transition{}", transitions.size(),
                                       transitions.size() == 1 ? "" : "s"));
                }
                const std::string inner = field.name.substr(field.name.find('.') + 1);
                if (same->transition == i &&
                    (same->field.empty() || same->field == field.name || same->field == inner)) {
                    refuse("that is this field itself");
                }
            }
        }
    }

    Case& case_;
    std::span<const std::string> options_;
    TextPositions positions_;
};

}  // namespace

void read_tables(Case& result, std::span<const std::string> options) {
    if (const auto line = line_of_deep_key(result.text)) {
        throw InputError(
            2, fmt::format("{}:{}: a key of more parts than any case needs", result.path, *line));
    }
    toml::table root;
    try {
        root = toml::parse(result.text, result.path);
    } catch (const toml::parse_error& error) {
        throw InputError(2, fmt::format("{}:{}: {}", result.path, error.source().begin.line,
                                        error.description()));
    }
    Reader(result, options).read(root);
}

}  // namespace ringside::check
