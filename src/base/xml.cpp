// SPDX-License-Identifier: MIT
#include "base/xml.hpp"

#include <cstdint>

#include "base/utf8.hpp"

namespace ringside {
namespace {

bool is_shown(std::uint32_t code) {
    return code == '\n' || code == '\t' || (code >= 0x20 && code < 0x7F) ||
           (code >= 0xA0 && code < 0xD800) || (code >= 0xE000 && code < 0xFFFE) ||
           (code >= 0x10000 && code < 0x110000);
}

/// A byte that is no UTF-8 counts as a control character.
constexpr Utf8Character nothing_shown{0, 1};

}  // namespace

std::string xml_text(std::string_view text) {
    std::string result;
    while (!text.empty()) {
        const Utf8Character character = first_character(text).value_or(nothing_shown);
        switch (character.code) {
            case '&': result += "&amp;"; break;
            case '<': result += "&lt;"; break;
            case '>': result += "&gt;"; break;
            case '"': result += "&quot;"; break;
            case '\'': result += "&apos;"; break;
            default:
                result += is_shown(character.code) ? text.substr(0, character.bytes) : "?";
                break;
        }
        text.remove_prefix(character.bytes);
    }
    return result;
}

}  // namespace ringside
