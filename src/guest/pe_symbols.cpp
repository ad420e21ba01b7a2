// SPDX-License-Identifier: MIT
#include <algorithm>

#include "guest/pe_reader.hpp"

namespace ringside::guest::pe {
namespace {

constexpr std::size_t record_size = 18;
constexpr std::size_t longest_name = 512;

std::string_view text_of(std::span<const std::byte> bytes) {
    const auto* const first = static_cast<const char*>(static_cast<const void*>(bytes.data()));
    const std::string_view text(first, std::min(bytes.size(), longest_name));
    return text.substr(0, text.find('\0'));
}

/// The name as its source has it: without the C underscore and without stdcall's argument bytes.
std::string_view undecorated(std::string_view name) {
    if (name.starts_with('_') || name.starts_with('@')) {
        name.remove_prefix(1);
    }
    const auto at = name.rfind('@');
    if (at != std::string_view::npos && at != 0 && at + 1 < name.size() &&
        std::all_of(name.begin() + static_cast<std::ptrdiff_t>(at) + 1, name.end(),
                    [](char c) { return c >= '0' && c <= '9'; })) {
        name = name.substr(0, at);
    }
    return name;
}

/// Labels of sections, import tables and the linker say nothing to a reader.
bool speaks(std::string_view name) {
    const bool of_the_linker = (name.starts_with("__") && name.ends_with("__")) ||
                               name.starts_with("__rt_psrelocs") || name.starts_with("__imp_") ||
                               name.starts_with("__nm_") || name.starts_with("__head_") ||
                               name.ends_with("_iname");
    return !name.empty() && !of_the_linker && !name.starts_with('.') &&
           name.find('$') == std::string_view::npos &&
           std::all_of(name.begin(), name.end(), [](char c) { return c > 0x20 && c < 0x7F; });
}

}  // namespace

void read_symbols(Reader& reader, std::uint32_t offset, std::uint32_t count) {
    const auto file = reader.bytes();
    Image& image = reader.image;
    const std::uint64_t table_size = std::uint64_t{count} * record_size;
    const bool usable = offset != 0 && offset <= file.size() && table_size <= file.size() - offset;
    const auto table = usable ? file.subspan(offset, table_size) : file.first(0);
    const auto strings = usable ? file.subspan(offset + table_size) : file.first(0);

    for (std::size_t at = 0; at + record_size <= table.size();) {
        const std::byte* const record = table.data() + at;
        const auto section = load<std::int16_t>(record + 12);
        const auto storage_class = load<std::uint8_t>(record + 16);
        const auto auxiliary = load<std::uint8_t>(record + 17);
        at += record_size * (1 + std::size_t{auxiliary});

        std::string_view name;
        if (load<std::uint32_t>(record) == 0) {
            const auto from = load<std::uint32_t>(record + 4);
            name = from < strings.size() ? text_of(strings.subspan(from)) : std::string_view{};
        } else {
            name = text_of({record, 8});
        }
        constexpr std::uint8_t external = 2;
        constexpr std::uint8_t internal = 3;
        if ((storage_class != external && storage_class != internal) || section < 1 ||
            static_cast<std::size_t>(section) > image.sections.size() || !speaks(name)) {
            continue;
        }
        const Section& home = image.sections[static_cast<std::size_t>(section) - 1];
        const auto value = load<std::uint32_t>(record + 8);
        if (value < home.size) {
            image.symbols.push_back({std::string(undecorated(name)), home.rva + value, 0});
        }
    }
    // A stripped library still has the names it exports.
    if (image.symbols.empty()) {
        for (const Export& exported : image.exports) {
            if (!exported.name.empty() && exported.forwarder.empty()) {
                image.symbols.push_back({exported.name, exported.rva, 0});
            }
        }
    }
    arrange_symbols(image);
}

}  // namespace ringside::guest::pe
