// SPDX-License-Identifier: MIT
#include "guest/image.hpp"

#include <algorithm>
#include <tuple>

#include <fmt/format.h>

namespace ringside::guest {

std::string ImageError::text() const {
    std::string line = fmt::format("{}: {}: {}", file, field, reason);
    // Names out of a hostile file must not break the line or the terminal.
    for (char& c : line) {
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) {
            c = '?';
        }
    }
    return line;
}

const Export* Image::find_export(std::string_view name) const {
    const auto found = std::find_if(exports.begin(), exports.end(),
                                    [&](const Export& e) { return e.name == name; });
    return name.empty() || found == exports.end() ? nullptr : &*found;
}

const Export* Image::find_export(std::uint32_t ordinal) const {
    const auto found = std::find_if(exports.begin(), exports.end(),
                                    [&](const Export& e) { return e.ordinal == ordinal; });
    return found == exports.end() ? nullptr : &*found;
}

std::optional<std::uint32_t> Image::rva_of(std::string_view name) const {
    const auto found = std::find_if(symbols.begin(), symbols.end(),
                                    [&](const Symbol& s) { return s.name == name; });
    if (found != symbols.end()) {
        return found->rva;
    }
    const Export* const exported = find_export(name);
    if (exported == nullptr || !exported->forwarder.empty()) {
        return std::nullopt;
    }
    return exported->rva;
}

std::optional<SymbolOffset> Image::symbol_at(std::uint32_t rva) const {
    auto after = std::upper_bound(symbols.begin(), symbols.end(), rva,
                                  [](std::uint32_t at, const Symbol& s) { return at < s.rva; });
    if (after == symbols.begin()) {
        return std::nullopt;
    }
    const std::uint32_t start = std::prev(after)->rva;
    const auto first =
        std::lower_bound(symbols.begin(), after, start,
                         [](const Symbol& s, std::uint32_t at) { return s.rva < at; });
    if (rva - start >= first->size) {
        return std::nullopt;
    }
    return SymbolOffset{first->name, rva - start};
}

const Section* Image::section_at(std::uint32_t rva) const {
    const auto found = std::find_if(sections.begin(), sections.end(), [&](const Section& s) {
        return rva >= s.rva && rva - s.rva < s.size;
    });
    return found == sections.end() ? nullptr : &*found;
}

void arrange_symbols(Image& image) {
    const auto key = [](const Symbol& s) {
        return std::tuple(s.rva, s.name.starts_with("Zw"), std::string_view(s.name));
    };
    std::sort(image.symbols.begin(), image.symbols.end(),
              [&](const Symbol& a, const Symbol& b) { return key(a) < key(b); });
    std::uint32_t next = image.size;
    std::uint32_t end = image.size;
    for (auto symbol = image.symbols.rbegin(); symbol != image.symbols.rend(); ++symbol) {
        if (symbol->rva != next) {
            end = next;
            next = symbol->rva;
        }
        const Section* const section = image.section_at(symbol->rva);
        const std::uint32_t limit = section == nullptr ? end : section->rva + section->size;
        symbol->size = std::min(end, limit) - symbol->rva;
    }
}

}  // namespace ringside::guest
