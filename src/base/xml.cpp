// SPDX-License-Identifier: MIT
#include "base/xml.hpp"

#include <array>
#include <cstddef>
#include <cstdint>

namespace ringside {
namespace {

struct Character {
    std::uint32_t code = 0;
    std::size_t bytes = 1;
};

constexpr Character no_character{0xFFFF, 1};

/// The character of UTF-8 at the beginning of a text that is not empty.
Character first_of(std::string_view text) {
    const auto byte = [text](std::size_t at) { return static_cast<unsigned char>(text[at]); };
    if (byte(0) < 0x80) {
        return {byte(0), 1};
    }
    // By the number of bytes: what the first begins with, and the least code that needs so many.
    struct Form {
        unsigned char mask, lead;
        std::uint32_t least;
    };
    constexpr std::array<Form, 3> forms{
        {{0xE0, 0xC0, 0x80}, {0xF0, 0xE0, 0x800}, {0xF8, 0xF0, 0x10000}}};
    for (std::size_t i = 0; i < forms.size(); ++i) {
        const Form& form = forms[i];
        const std::size_t bytes = i + 2;
        if ((byte(0) & form.mask) != form.lead || text.size() < bytes) {
            continue;
        }
        std::uint32_t code = byte(0) & static_cast<unsigned char>(~form.mask);
        for (std::size_t at = 1; at < bytes; ++at) {
            if ((byte(at) & 0xC0U) != 0x80) {
                return no_character;
            }
            code = code << 6 | (byte(at) & 0x3FU);
        }
        return code < form.least ? no_character : Character{code, bytes};
    }
    return no_character;
}

bool is_shown(std::uint32_t code) {
    return code == '\n' || code == '\t' || (code >= 0x20 && code < 0x7F) ||
           (code >= 0xA0 && code < 0xD800) || (code >= 0xE000 && code < 0xFFFE) ||
           (code >= 0x10000 && code < 0x110000);
}

}  // namespace

std::string xml_text(std::string_view text) {
    std::string result;
    while (!text.empty()) {
        const Character character = first_of(text);
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
