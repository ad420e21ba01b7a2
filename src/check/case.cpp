// SPDX-License-Identifier: MIT
#include "check/case.hpp"

#include <filesystem>

#include <fmt/format.h>
#include <toml++/toml.h>

#include "base/ensure.hpp"
#include "base/text.hpp"

namespace ringside::check {
namespace {

/// Reads the tables of one file and says where it went wrong.
class Reader {
  public:
    explicit Reader(Case& result) : case_(result) {}

    void read(const toml::table& root) {
        for (const auto& [key, node] : root) {
            if (key == "world") {
                world(table(key, node));
            } else if (key == "expect") {
                expect(table(key, node));
            } else if (key == "transition") {
                for (const auto& item : array(key, node)) {
                    transition(table(key, item));
                }
            } else {
                fail(node, fmt::format("unknown key '{}'; want [world], [expect] and "
                                       "[[transition]]",
                                       key.str()));
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
    }

  private:
    [[noreturn]] void fail(const toml::node& node, std::string_view what) const {
        throw InputError(2, fmt::format("{}:{}: {}", case_.path, node.source().begin.line, what));
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
        return text(key, node);
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
            } else {
                for (std::string& value : texts(key, node)) {
                    case_.options.emplace_back(key.str(), std::move(value));
                }
            }
        }
    }

    void expect(const toml::table& expect) {
        Expectation& result = case_.expect;
        for (const auto& [key, node] : expect) {
            if (key == "exit_status") {
                result.exit_status = number(key, node);
            } else if (key == "reason") {
                result.reason = text(key, node);
            } else if (key == "stdout") {
                result.stdout_text = text(key, node);
            } else if (key == "report_contains") {
                result.report_contains = texts(key, node);
            } else if (key == "transitions") {
                const std::string which = text(key, node);
                if (which != "listed" && which != "calls") {
                    fail(node, "'transitions' must be \"listed\" or \"calls\"");
                }
                result.all_calls = which == "calls";
            } else {
                fail(node, fmt::format("unknown key '{}' in [expect]; there are exit_status, "
                                       "reason, stdout, report_contains, transitions",
                                       key.str()));
            }
        }
    }

    void transition(const toml::table& fields) {
        ExpectedTransition result;
        for (const auto& [key, node] : fields) {
            if (key == "call" || key == "event") {
                result.name = text(key, node);
                result.is_call = key == "call";
            } else if (key == "entry") {
                result.entry = text(key, node);
            } else if (key == "frame" || key == "arguments") {
                for (const auto& [name, value] : table(key, node)) {
                    result.fields.emplace_back(fmt::format("{}.{}", key.str(), name.str()),
                                               expected(name, value));
                }
            } else {
                result.fields.emplace_back(std::string(key.str()), expected(key, node));
            }
        }
        if (result.name.empty()) {
            fail(fields, "a [[transition]] needs 'call' or 'event'");
        }
        case_.expect.transitions.push_back(std::move(result));
    }

    Expected expected(const toml::key& key, const toml::node& node) const {
        if (node.is_integer()) {
            return node.as_integer()->get();
        }
        if (std::string value = text(key, node); value != "any") {
            return value;
        }
        return AnyValue{};
    }

    Case& case_;
};

/// What stands before the first table of expectations.
std::string head_of(std::string_view text) {
    std::size_t end = 0;
    for (const std::string_view line : lines_of(text)) {
        const std::string_view content = trim(line);
        if (content.starts_with("[expect") || content.starts_with("[[transition") ||
            content.starts_with("[transition")) {
            break;
        }
        end = static_cast<std::size_t>(line.data() - text.data()) + line.size();
        if (end < text.size() && text[end] == '\r') {
            ++end;
        }
        if (end < text.size()) {
            ++end;
        }
    }
    return std::string(text.substr(0, end));
}

}  // namespace

Case parse_case(const std::string& path, std::string_view text) {
    Case result;
    result.path = path;
    result.folder = std::filesystem::path(path).parent_path().string();
    result.head = head_of(text);
    toml::table root;
    try {
        root = toml::parse(text, path);
    } catch (const toml::parse_error& error) {
        throw InputError(
            2, fmt::format("{}:{}: {}", path, error.source().begin.line, error.description()));
    }
    Reader(result).read(root);
    return result;
}

std::vector<Variation> variations(const Case& one) {
    std::vector<Variation> result;
    for (const std::string& system : one.systems) {
        for (const std::string& entry : one.entries) {
            Variation variation{one, entry, {}};
            if (!system.empty()) {
                variation.one.options.emplace_back("os", system);
            }
            const bool tells_system = one.systems.size() > 1 && !system.empty();
            if (tells_system || !entry.empty()) {
                variation.label = fmt::format(" [{}{}{}]", tells_system ? system : "",
                                              tells_system && !entry.empty() ? ", " : "", entry);
            }
            result.push_back(std::move(variation));
        }
    }
    return result;
}

}  // namespace ringside::check
