// SPDX-License-Identifier: MIT
#include "check/report_text.hpp"

#include <fmt/format.h>

#include "base/text.hpp"

namespace ringside::check {

std::string tap_text(std::string_view text) {
    std::string result;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (c == '#' || c == '\\') {
            result += '\\';
        }
        result += byte < 0x20 || byte == 0x7F ? '?' : c;
    }
    return result;
}

std::string run_name(const RunResult& result) {
    return result.label.size() > 3 ? result.label.substr(2, result.label.size() - 3) : "run";
}

std::string headline(const RunResult& result) {
    if (result.differences.empty()) {
        return {};
    }
    const std::string text = difference_text(result.differences.front());
    return text.substr(0, text.find('\n'));
}

std::string differences_text(const RunResult& result, std::string_view indent) {
    std::string text;
    for (const Difference& difference : result.differences) {
        const std::string whole = difference_text(difference);
        for (const std::string_view line : lines_of(whole)) {
            text += fmt::format("{}{}\n", indent, line);
        }
    }
    return text;
}

nlohmann::ordered_json json_of(const Difference& difference) {
    nlohmann::ordered_json json{{"what", difference.what}};
    if (difference.transition) {
        json["transition"] = *difference.transition;
    }
    if (!difference.field.empty()) {
        json["field"] = difference.field;
    }
    json["expected"] = difference.expected;
    json["observed"] = difference.observed;
    if (!difference.mask.empty()) {
        json["mask"] = difference.mask;
    }
    if (!difference.hint.empty()) {
        json["hint"] = difference.hint;
    }
    if (!difference.writers.empty()) {
        json["writers"] = difference.writers;
    }
    return json;
}

}  // namespace ringside::check
