// SPDX-License-Identifier: MIT
#include "base/utf8.hpp"

#include <array>

namespace ringside {

std::optional<Utf8Character> first_character(std::string_view text) {
    const auto byte = [text](std::size_t at) { return static_cast<unsigned char>(text[at]); };
    if (byte(0) < 0x80) {
        return Utf8Character{byte(0), 1};
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
                return std::nullopt;
            }
            code = code << 6 | (byte(at) & 0x3FU);
        }
        const bool is_surrogate = code >= 0xD800 && code < 0xE000;
        if (code < form.least || is_surrogate || code > 0x10FFFF) {
            return std::nullopt;
        }
        return Utf8Character{code, bytes};
    }
    return std::nullopt;
}

bool is_utf8(std::string_view text) {
    while (!text.empty()) {
        const auto character = first_character(text);
        if (!character) {
            return false;
        }
        text.remove_prefix(character->bytes);
    }
    return true;
}

}  // namespace ringside
