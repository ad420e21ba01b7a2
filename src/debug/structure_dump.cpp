// SPDX-License-Identifier: MIT
#include "debug/structure_dump.hpp"

#include <algorithm>
#include <array>
#include <span>

#include <fmt/format.h>

#include "base/ensure.hpp"
#include "base/near_miss.hpp"
#include "base/text.hpp"
#include "debug/memory_dump.hpp"
#include "debug/view_text.hpp"

namespace ringside::debug {
namespace {

std::string bare_name(std::string_view name) {
    if (const auto bang = name.rfind('!'); bang != std::string_view::npos) {
        name.remove_prefix(bang + 1);
    }
    while (name.starts_with('_')) {
        name.remove_prefix(1);
    }
    return upcase(name);
}

bool is_field(const guest::LayoutRow& row, std::string_view word) {
    const std::string name = upcase(row.name);
    std::string wanted = upcase(word);
    if (wanted.ends_with('*')) {
        wanted.pop_back();
        return name.starts_with(wanted);
    }
    return name == wanted;
}

/// The value of a number of up to eight bytes.
std::string number_text(std::span<const std::byte> bytes) {
    std::uint64_t value = 0;
    for (std::size_t i = bytes.size(); i-- > 0;) {
        value = (value << 8) | std::to_integer<unsigned>(bytes[i]);
    }
    return fmt::format("{:0{}X}", value, bytes.size() * 2);
}

std::uint32_t dword_of(std::span<const std::byte> bytes, std::size_t offset) {
    return load<std::uint32_t>(bytes.subspan(offset, 4).data());
}

/// Two pointers of a list head, the characters of a counted string, a symbol: what a number alone
/// does not tell. Empty when it tells all.
std::string meaning(const guest::LayoutRow& row, std::span<const std::byte> bytes,
                    const Inspector& inspector) {
    if (row.type == "_LIST_ENTRY" || row.type == "LIST_ENTRY") {
        return fmt::format("[ {:08X} - {:08X} ]", dword_of(bytes, 0), dword_of(bytes, 4));
    }
    if (row.type.ends_with("UNICODE_STRING") && bytes.size() == 8) {
        const ReadBytes read = [&inspector](std::uint32_t from, std::span<std::byte> to) {
            return inspector.read(LinearAddress{from}, to);
        };
        const std::uint32_t characters = (dword_of(bytes, 0) & 0xFFFF) / 2;
        const auto text = text_at(read, dword_of(bytes, 4), CharacterSize::two,
                                  std::min<std::uint32_t>(characters, 256));
        return characters == 0 ? "\"\"" : text.value_or("its buffer is not present");
    }
    if (bytes.size() == 4) {
        const LinearAddress target{dword_of(bytes, 0)};
        const auto place = inspector.symbols().place(target);
        return place && !place->symbol.empty() ? place->text() : std::string();
    }
    return {};
}

std::string value_text(const guest::LayoutRow& row, LinearAddress base,
                       const Inspector& inspector) {
    constexpr std::uint32_t most_bytes = 16;
    std::array<std::byte, most_bytes> buffer{};
    const auto bytes = std::span(buffer).first(std::min(row.size, most_bytes));
    if (!inspector.read(base + row.offset, bytes)) {
        return "page not present";
    }
    const bool number = row.size == 1 || row.size == 2 || row.size == 4 ||
                        (row.size == 8 && !row.type.ends_with("UNICODE_STRING") &&
                         !row.type.ends_with("LIST_ENTRY") && !row.type.ends_with("]"));
    const std::string more = row.size == 4 || row.size == 8 ? meaning(row, bytes, inspector) : "";
    if (number) {
        return number_text(bytes) + (more.empty() ? "" : "  " + more);
    }
    if (!more.empty()) {
        return more;
    }
    std::string text;
    for (const std::byte value : bytes) {
        text += fmt::format("{}{:02X}", text.empty() ? "" : " ", std::to_integer<unsigned>(value));
    }
    return text + (row.size > most_bytes ? " ..." : "");
}

}  // namespace

guest::Layout layout_named(std::string_view name, const Inspector& inspector) {
    const std::string wanted = bare_name(name);
    auto layouts = inspector.personality().layouts();
    std::vector<std::string> names;
    for (guest::Layout& layout : layouts) {
        if (upcase(layout.name) == wanted) {
            return std::move(layout);
        }
        names.push_back(layout.name);
    }
    throw InputError(2, fmt::format("no structure '{}' here{}; dt alone lists them", name,
                                    suggestion(bare_name(name), names)));
}

bool names_field(const guest::Layout& layout, std::string_view word) {
    return std::any_of(layout.rows.begin(), layout.rows.end(),
                       [word](const auto& row) { return is_field(row, word); });
}

std::string structure_text(const guest::Layout& layout, std::optional<LinearAddress> at,
                           const std::vector<std::string>& fields, const Inspector& inspector) {
    guest::View view{
        fmt::format("{}, {:#x} bytes", layout.name, layout.size), {"offset", "field", "type"}, {}};
    if (at) {
        view.title = fmt::format("{} at {:08X}, {:#x} bytes", layout.name, at->value, layout.size);
        view.columns.emplace_back("value");
    }
    for (const guest::LayoutRow& row : layout.rows) {
        const bool wanted =
            fields.empty() || std::any_of(fields.begin(), fields.end(),
                                          [&row](const auto& word) { return is_field(row, word); });
        if (wanted) {
            view.rows.push_back({{fmt::format("+{:03X}", row.offset), row.name, row.type}});
            if (at) {
                view.rows.back().cells.push_back(value_text(row, *at, inspector));
            }
        }
    }
    return to_text(view);
}

}  // namespace ringside::debug
