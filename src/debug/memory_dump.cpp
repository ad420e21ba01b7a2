// SPDX-License-Identifier: MIT
#include "debug/memory_dump.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

namespace ringside::debug {
namespace {

bool is_printable(std::uint32_t character) {
    return character >= 0x20 && character < 0x7F;
}

std::uint32_t elements_a_line(DumpForm form) {
    return form == DumpForm::symbols ? 1 : 16 / element_size(form);
}

}  // namespace

std::uint32_t element_size(DumpForm form) {
    return form == DumpForm::bytes ? 1 : form == DumpForm::words ? 2 : 4;
}

std::string dump(const ReadBytes& read, const guest::SymbolTable& symbols, DumpForm form,
                 std::uint32_t from, std::uint32_t elements) {
    const std::uint32_t size = element_size(form);
    std::string out;
    while (elements != 0) {
        const std::uint32_t here = std::min(elements, elements_a_line(form));
        out += fmt::format("{:08X} ", from);
        std::string characters;
        for (std::uint32_t i = 0; i < here; ++i) {
            std::uint32_t value = 0;
            const bool known =
                read(from + i * size, std::as_writable_bytes(std::span(&value, 1)).first(size));
            out += form == DumpForm::bytes && i == 8 ? "-" : " ";
            out += known ? fmt::format("{:0{}X}", value, size * 2) : std::string(size * 2, '?');
            characters += known && is_printable(value) ? static_cast<char>(value) : '.';
            if (form == DumpForm::symbols && known && symbols.place(LinearAddress{value})) {
                out += "  " + symbols.describe(LinearAddress{value});
            }
        }
        if (form == DumpForm::bytes) {
            out += fmt::format("{:{}}  {}", "", (16 - here) * 3, characters);
        }
        out += '\n';
        from += here * size;
        elements -= here;
    }
    return out;
}

std::optional<std::string> text_at(const ReadBytes& read, std::uint32_t from, CharacterSize size,
                                   std::uint32_t most) {
    const auto width = static_cast<std::uint32_t>(size);
    std::string text = "\"";
    for (std::uint32_t i = 0;; ++i) {
        std::uint32_t character = 0;
        if (!read(from + i * width,
                  std::as_writable_bytes(std::span(&character, 1)).first(width))) {
            if (i == 0) {
                return std::nullopt;
            }
            return text + "\" and then a page that is not present";
        }
        if (character == 0) {
            return text + '"';
        }
        if (i == most) {
            return text + "\"...";
        }
        if (character == '"' || character == '\\') {
            text += '\\';
            text += static_cast<char>(character);
        } else if (is_printable(character)) {
            text += static_cast<char>(character);
        } else {
            text += width == 1 ? fmt::format("\\x{:02X}", character)
                               : fmt::format("\\u{:04X}", character);
        }
    }
}

}  // namespace ringside::debug
