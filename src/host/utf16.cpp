// SPDX-License-Identifier: MIT
#include "host/utf16.hpp"

#include <algorithm>
#include <cstdint>

#include "base/utf8.hpp"

namespace ringside::host {
namespace {

constexpr bool is_high_surrogate(char32_t c) {
    return c >= 0xD800 && c < 0xDC00;
}
constexpr bool is_low_surrogate(char32_t c) {
    return c >= 0xDC00 && c < 0xE000;
}

void append_utf8(std::string& to, char32_t c) {
    const auto put = [&to](char32_t byte) { to.push_back(static_cast<char>(byte)); };
    if (c < 0x80) {
        put(c);
    } else if (c < 0x800) {
        put(0xC0 | (c >> 6));
        put(0x80 | (c & 0x3F));
    } else if (c < 0x10000) {
        put(0xE0 | (c >> 12));
        put(0x80 | ((c >> 6) & 0x3F));
        put(0x80 | (c & 0x3F));
    } else {
        put(0xF0 | (c >> 18));
        put(0x80 | ((c >> 12) & 0x3F));
        put(0x80 | ((c >> 6) & 0x3F));
        put(0x80 | (c & 0x3F));
    }
}

/// One code point off the front, or the lone surrogate itself.
char32_t take_utf16(std::u16string_view& from) {
    const char32_t first = from[0];
    from.remove_prefix(1);
    if (is_high_surrogate(first) && !from.empty() && is_low_surrogate(from[0])) {
        const char32_t low = from[0];
        from.remove_prefix(1);
        return 0x10000 + ((first - 0xD800) << 10) + (low - 0xDC00);
    }
    return first;
}

}  // namespace

std::optional<std::u16string> to_utf16(std::string_view utf8) {
    std::u16string result;
    result.reserve(utf8.size());
    while (!utf8.empty()) {
        const auto character = first_character(utf8);
        if (!character) {
            return std::nullopt;
        }
        const std::uint32_t c = character->code;
        if (c < 0x10000) {
            result.push_back(static_cast<char16_t>(c));
        } else {
            result.push_back(static_cast<char16_t>(0xD800 + ((c - 0x10000) >> 10)));
            result.push_back(static_cast<char16_t>(0xDC00 + ((c - 0x10000) & 0x3FF)));
        }
        utf8.remove_prefix(character->bytes);
    }
    return result;
}

std::optional<std::string> to_utf8(std::u16string_view text) {
    std::string result;
    result.reserve(text.size());
    while (!text.empty()) {
        const char32_t c = take_utf16(text);
        if (is_high_surrogate(c) || is_low_surrogate(c)) {
            return std::nullopt;
        }
        append_utf8(result, c);
    }
    return result;
}

std::string to_printable(std::u16string_view text) {
    std::string result;
    while (!text.empty()) {
        const char32_t c = take_utf16(text);
        const bool odd = c < 0x20 || c == 0x7F || is_high_surrogate(c) || is_low_surrogate(c);
        append_utf8(result, odd ? U'?' : c);
    }
    return result;
}

char16_t upcase(char16_t c) {
    const auto minus = [c](int by) { return static_cast<char16_t>(c - by); };
    if (c < 0x80) {
        return c >= u'a' && c <= u'z' ? minus(0x20) : c;
    }
    if (c == 0xFF) {
        return 0x178;
    }
    const bool latin1 = c >= 0xE0 && c <= 0xFE && c != 0xF7;
    const bool greek = c >= 0x3B1 && c <= 0x3CB && c != 0x3C2;
    const bool cyrillic = c >= 0x430 && c <= 0x44F;
    if (latin1 || greek || cyrillic) {
        return minus(0x20);
    }
    if (c >= 0x450 && c <= 0x45F) {
        return minus(0x50);
    }
    // Latin Extended-A alternates; U+0131 and U+0138 have no pair of that kind.
    const bool odd_is_small =
        (c >= 0x100 && c <= 0x137 && c != 0x131) || (c >= 0x14A && c <= 0x177);
    const bool even_is_small = (c >= 0x139 && c <= 0x148) || (c >= 0x179 && c <= 0x17E);
    if ((odd_is_small && c % 2 == 1) || (even_is_small && c % 2 == 0)) {
        return minus(1);
    }
    return c;
}

std::u16string upcase(std::u16string_view text) {
    std::u16string result(text);
    std::transform(result.begin(), result.end(), result.begin(),
                   [](char16_t c) { return upcase(c); });
    return result;
}

}  // namespace ringside::host
