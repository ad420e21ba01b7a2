// SPDX-License-Identifier: MIT
#include "debug/expression.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <string>

#include <fmt/format.h>

#include "base/ensure.hpp"
#include "base/text.hpp"
#include "debug/register_names.hpp"
#include "guest/symbol_suggestion.hpp"

namespace ringside::debug {
namespace {

constexpr unsigned deepest = 32;

bool is_name_character(char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
           c == '@' || c == '$' || c == '?' || c == '!' || c == '.' || c == '`';
}

std::optional<std::uint32_t> number(std::string_view digits, int base) {
    std::uint32_t value = 0;
    const char* const end = digits.data() + digits.size();
    const auto [stop, error] = std::from_chars(digits.data(), end, value, base);
    return !digits.empty() && error == std::errc{} && stop == end ? std::optional(value)
                                                                  : std::nullopt;
}

std::optional<std::uint32_t> number(std::string_view word) {
    const std::string text = upcase(word);
    const std::string_view view = text;
    if (view.starts_with("0X")) {
        return number(view.substr(2), 16);
    }
    if (view.starts_with("0N")) {
        return number(view.substr(2), 10);
    }
    if (view.ends_with('H')) {
        return number(view.substr(0, view.size() - 1), 16);
    }
    return number(view, 16);
}

std::string unknown(std::string_view word, const Inspector& inspector) {
    return fmt::format("'{}' is no hexadecimal number, register or symbol here{}", word,
                       guest::symbol_suggestion(inspector.symbols(), word));
}

class Parser {
  public:
    Parser(std::string_view text, const Inspector& inspector)
        : rest_(text), inspector_(inspector) {}

    std::uint32_t whole() {
        const std::uint32_t value = sum();
        skip_spaces();
        if (!rest_.empty()) {
            throw InputError(2, fmt::format("'{}' is not understood", rest_));
        }
        return value;
    }

  private:
    std::uint32_t sum() {
        if (++depth_ > deepest) {
            throw InputError(2, "the expression has too many brackets");
        }
        std::uint32_t value = product();
        for (;;) {
            if (take('+')) {
                value += product();
            } else if (take('-')) {
                value -= product();
            } else {
                --depth_;
                return value;
            }
        }
    }

    std::uint32_t product() {
        std::uint32_t value = primary();
        while (take('*')) {
            value *= primary();
        }
        return value;
    }

    std::uint32_t primary() {
        bool negative = false;
        while (take('-')) {
            negative = !negative;
        }
        const std::uint32_t value = operand();
        return negative ? 0 - value : value;
    }

    std::uint32_t operand() {
        if (take('(')) {
            return bracketed();
        }
        const std::string_view word = name();
        if (word.empty()) {
            throw InputError(2, rest_.empty() ? std::string("an address or number is missing")
                                              : fmt::format("'{}' is not understood", rest_));
        }
        for (const auto& [function, size] : {std::pair{"poi", 4U}, {"wo", 2U}, {"by", 1U}}) {
            if (word == function && take('(')) {
                return read(bracketed(), size);
            }
        }
        return value_of(word);
    }

    std::uint32_t bracketed() {
        const std::uint32_t value = sum();
        if (!take(')')) {
            throw InputError(2, "a bracket is not closed");
        }
        return value;
    }

    std::uint32_t read(std::uint32_t from, std::uint32_t size) {
        std::uint32_t value = 0;
        if (!inspector_.read(LinearAddress{from},
                             std::as_writable_bytes(std::span(&value, 1)).first(size))) {
            throw InputError(2, fmt::format("{:08X}: page not present", from));
        }
        return value;
    }

    std::uint32_t value_of(std::string_view word) {
        std::string_view bare = word;
        if (bare.starts_with('@') || bare.starts_with('$')) {
            bare.remove_prefix(1);
        }
        if (const auto value = register_value(inspector_, bare)) {
            return *value;
        }
        if (const auto value = number(word)) {
            return *value;
        }
        if (const auto symbol = inspector_.symbols().find(word)) {
            return symbol->value;
        }
        throw InputError(2, unknown(word, inspector_));
    }

    /// A module's name may have characters that are operators elsewhere: `hello-world!main`.
    std::size_t module_prefix() const {
        for (const auto& [base, module] : inspector_.symbols().modules()) {
            const std::size_t length = module.name.size();
            if (rest_.size() > length && rest_[length] == '!' &&
                upcase(rest_.substr(0, length)) == upcase(module.name)) {
                return length + 1;
            }
        }
        return 0;
    }

    std::string_view name() {
        skip_spaces();
        const auto begin = rest_.begin() + static_cast<std::ptrdiff_t>(module_prefix());
        const auto end = std::find_if_not(begin, rest_.end(), is_name_character);
        const auto length = static_cast<std::size_t>(end - rest_.begin());
        const std::string_view word = rest_.substr(0, length);
        rest_.remove_prefix(length);
        return word;
    }

    void skip_spaces() {
        while (rest_.starts_with(' ') || rest_.starts_with('\t')) {
            rest_.remove_prefix(1);
        }
    }

    bool take(char c) {
        skip_spaces();
        if (!rest_.starts_with(c)) {
            return false;
        }
        rest_.remove_prefix(1);
        return true;
    }

    std::string_view rest_;
    const Inspector& inspector_;
    unsigned depth_ = 0;
};

}  // namespace

std::uint32_t evaluate(std::string_view text, const Inspector& inspector) {
    return Parser(text, inspector).whole();
}

std::pair<std::string_view, std::string_view> first_expression(std::string_view text) {
    int open = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        open += text[i] == '(' ? 1 : text[i] == ')' ? -1 : 0;
        if (open == 0 && (text[i] == ' ' || text[i] == '\t')) {
            return {text.substr(0, i), trim(text.substr(i))};
        }
    }
    return {text, {}};
}

}  // namespace ringside::debug
