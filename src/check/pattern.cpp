// SPDX-License-Identifier: MIT
#include "check/pattern.hpp"

#include <optional>

#include <fmt/format.h>

#include "base/text.hpp"

namespace ringside::check {
namespace {

using Parsed = ringside::Expected<Pattern, std::string>;

constexpr std::string_view bits_word = "bits ";
constexpr std::string_view same_as_word = "same-as ";

Parsed wrong(std::string_view text, std::string_view want) {
    return Unexpected{fmt::format("\"{}\": want {}", text, want)};
}

Parsed parse_bits(std::string_view text) {
    constexpr std::string_view want =
        "\"bits MASK set\", \"bits MASK clear\" or several of them "
        "with commas between, each of 32 bits and none twice";
    Bits result;
    for (std::string_view clause : split(text, ',')) {
        clause = trim(clause);
        if (clause.starts_with(bits_word)) {
            clause.remove_prefix(bits_word.size());
        }
        const auto space = clause.rfind(' ');
        if (space == std::string_view::npos) {
            return wrong(text, want);
        }
        const auto mask = parse_number(trim(clause.substr(0, space)));
        const std::string_view state = clause.substr(space + 1);
        if (!mask || *mask == 0 || *mask > UINT32_MAX || (state != "set" && state != "clear") ||
            ((result.set | result.clear) & *mask) != 0) {
            return wrong(text, want);
        }
        (state == "set" ? result.set : result.clear) |= static_cast<std::uint32_t>(*mask);
    }
    return Pattern{result};
}

Parsed parse_same_as(std::string_view text) {
    constexpr std::string_view want =
        "\"same-as #N\" or \"same-as #N.FIELD\", N counting the case's transitions from 1";
    std::string_view rest = trim(text.substr(same_as_word.size()));
    if (!rest.starts_with('#')) {
        return wrong(text, want);
    }
    rest.remove_prefix(1);
    const auto dot = rest.find('.');
    const auto number = parse_number(rest.substr(0, dot));
    if (!number || *number == 0 || (dot != std::string_view::npos && dot + 1 == rest.size())) {
        return wrong(text, want);
    }
    return Pattern{SameAs{static_cast<std::size_t>(*number - 1),
                          dot == std::string_view::npos ? "" : std::string(rest.substr(dot + 1))}};
}

std::string clauses(std::uint32_t set, std::uint32_t clear) {
    std::string text = set != 0 ? fmt::format("bits {:#x} set", set) : std::string();
    if (clear != 0) {
        text += fmt::format("{}bits {:#x} clear", text.empty() ? "" : ", ", clear);
    }
    return text;
}

}  // namespace

ringside::Expected<Pattern, std::string> parse_pattern(std::string_view text) {
    if (text == "any") {
        return Pattern{AnyValue{}};
    }
    if (text.starts_with(bits_word)) {
        return parse_bits(text);
    }
    if (text.starts_with(same_as_word)) {
        return parse_same_as(text);
    }
    return Pattern{std::string(text)};
}

std::string pattern_text(const Pattern& pattern) {
    if (const auto* number = std::get_if<std::int64_t>(&pattern)) {
        return fmt::format("0x{:08X}", *number);
    }
    if (const auto* text = std::get_if<std::string>(&pattern)) {
        return *text;
    }
    if (const auto* same = std::get_if<SameAs>(&pattern)) {
        return fmt::format("same-as #{}{}{}", same->transition + 1, same->field.empty() ? "" : ".",
                           same->field);
    }
    if (const auto* bits = std::get_if<Bits>(&pattern)) {
        return clauses(bits->set, bits->clear);
    }
    return "any";
}

std::string bits_text(const Bits& bits, std::uint64_t value) {
    const std::uint32_t looked_at = bits.set | bits.clear;
    const auto low = static_cast<std::uint32_t>(value);
    return clauses(low & looked_at, ~low & looked_at);
}

}  // namespace ringside::check
