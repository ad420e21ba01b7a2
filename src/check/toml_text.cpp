// SPDX-License-Identifier: MIT
#include "check/toml_text.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

#include "base/text.hpp"

namespace ringside::check {
namespace {

constexpr std::array<std::string_view, 2> fields_of_new_calls{"from", "status"};
constexpr std::array<std::string_view, 7> frame_of_new_calls{
    "DbgArgMark", "PreviousPreviousMode", "Eip", "SegCs", "EFlags", "HardwareEsp", "HardwareSegSs"};

}  // namespace

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

std::string key_text(std::string_view key) {
    const bool bare = !key.empty() && std::all_of(key.begin(), key.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '_' || c == '-';
    });
    return bare ? std::string(key) : quoted(key);
}

std::string number_like(std::uint64_t value, std::string_view like) {
    const bool is_decimal =
        !like.empty() && like.front() >= '0' && like.front() <= '9' && !like.starts_with("0x");
    if (is_decimal) {
        return fmt::format("{}", value);
    }
    const std::size_t digits =
        like.starts_with("0x") ? std::min<std::size_t>(like.size() - 2, 8) : 8;
    return fmt::format("0x{:0{}X}", value, digits);
}

std::string value_text(const ObservedField& field, std::string_view like) {
    if (!field.value || (!field.text.empty() && !parse_number(field.text))) {
        return quoted(field.text);
    }
    return number_like(*field.value, like);
}

std::string new_transition_text(const ObservedTransition& observed) {
    std::string text = fmt::format("[[transition]]\n{} = {}\n", observed.is_call ? "call" : "event",
                                   quoted(observed.name));
    for (const std::string_view name : fields_of_new_calls) {
        if (const ObservedField* field = observed.find(name)) {
            text += fmt::format("{} = {}\n", name, value_text(*field, {}));
        }
    }
    std::string frame;
    for (const std::string_view name : frame_of_new_calls) {
        if (const ObservedField* field = observed.find(fmt::format("frame.{}", name))) {
            frame += fmt::format("{} = {}\n", key_text(name), value_text(*field, {}));
        }
    }
    return frame.empty() ? text : text + "[transition.frame]\n" + frame;
}

std::string TextEdits::applied_to(std::string_view text) const {
    std::vector<Edit> edits = edits_;
    std::stable_sort(edits.begin(), edits.end(),
                     [](const Edit& a, const Edit& b) { return a.span.begin < b.span.begin; });
    std::string result;
    std::size_t at = 0;
    for (const Edit& edit : edits) {
        result += text.substr(at, edit.span.begin - at);
        result += edit.text;
        at = edit.span.end;
    }
    return result += text.substr(at);
}

}  // namespace ringside::check
