// SPDX-License-Identifier: MIT
#include "vectors/flag_masks.hpp"

#include <algorithm>
#include <array>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/ensure.hpp"
#include "base/text.hpp"

namespace ringside::vectors {
namespace {

constexpr unsigned two_byte_escape = 0x0F;

std::optional<unsigned> hexadecimal(std::string_view text) {
    const bool marked = text.starts_with("0x") || text.starts_with("0X");
    const auto number = parse_number(fmt::format("0x{}", marked ? text.substr(2) : text));
    return number && *number <= 0xFFFF ? std::optional{static_cast<unsigned>(*number)}
                                       : std::nullopt;
}

/// The cells of a line of comma-separated values; quotes may hold commas.
std::vector<std::string> cells_of(std::string_view line) {
    std::vector<std::string> cells(1);
    bool quoted = false;
    for (const char c : line) {
        if (c == '"') {
            quoted = !quoted;
        } else if (c == ',' && !quoted) {
            cells.emplace_back();
        } else {
            cells.back() += c;
        }
    }
    return cells;
}

}  // namespace

void FlagMasks::add(unsigned opcode, unsigned extension, std::uint16_t mask) {
    masks_[opcode * 16 + extension] = mask;
}

FlagMasks FlagMasks::from_json(std::string_view file, std::string_view text) {
    FlagMasks masks;
    const auto add = [&masks](unsigned opcode, unsigned extension, const nlohmann::json& entry) {
        if (const auto mask = entry.find("flags-mask"); mask != entry.end()) {
            masks.add(opcode, extension, mask->get<std::uint16_t>());
        }
    };
    try {
        const auto all = nlohmann::json::parse(text);
        for (const auto& [name, entry] : all.at("opcodes").items()) {
            const auto opcode = hexadecimal(name);
            if (!opcode) {
                throw InputError(2, fmt::format("{}: opcode '{}' is no number", file, name));
            }
            add(*opcode, no_group, entry);
            if (const auto group = entry.find("reg"); group != entry.end()) {
                for (const auto& [extension, member] : group->items()) {
                    add(*opcode, hexadecimal(extension).value_or(no_group) & 7U, member);
                }
            }
        }
    } catch (const nlohmann::json::exception& error) {
        throw InputError(2, fmt::format("{}: {}", file, error.what()));
    }
    return masks;
}

FlagMasks FlagMasks::from_csv(std::string_view file, std::string_view text) {
    FlagMasks masks;
    const auto lines = lines_of(text);
    const auto header = cells_of(lines.empty() ? std::string_view{} : lines.front());
    const auto column = [&](std::string_view name) {
        const auto found = std::find(header.begin(), header.end(), name);
        if (found == header.end()) {
            throw InputError(2, fmt::format("{}:1: no column '{}'", file, name));
        }
        return static_cast<std::size_t>(found - header.begin());
    };
    const std::size_t op = column("op");
    const std::size_t ex = column("ex");
    const std::size_t mask = column("f_umask");
    for (std::size_t i = 1; i < lines.size(); ++i) {
        const auto cells = cells_of(lines[i]);
        const auto cell = [&cells](std::size_t at) {
            return at < cells.size() ? trim(cells[at]) : std::string_view{};
        };
        if (cell(op).empty() || cell(mask).empty()) {
            continue;
        }
        const auto opcode = hexadecimal(cell(op));
        const auto extension = cell(ex).empty() ? std::optional{no_group} : hexadecimal(cell(ex));
        const auto bits = hexadecimal(cell(mask));
        if (!opcode || !extension || *extension > no_group || !bits) {
            throw InputError(
                2, fmt::format("{}:{}: op, ex or f_umask is no such number", file, i + 1));
        }
        masks.add(*opcode, *extension, static_cast<std::uint16_t>(*bits));
    }
    return masks;
}

std::optional<std::uint16_t> FlagMasks::find(std::span<const std::byte> instruction) const {
    const auto at = [&instruction](std::size_t i) {
        return i < instruction.size() ? std::to_integer<unsigned>(instruction[i]) : 0U;
    };
    std::size_t i = 0;
    while (i < instruction.size() && is_prefix(at(i))) {
        ++i;
    }
    unsigned opcode = at(i);
    if (opcode == two_byte_escape) {
        opcode = (opcode << 8) | at(++i);
    }
    const unsigned extension = at(i + 1) >> 3 & 7;
    for (const unsigned key : {opcode * 16 + extension, opcode * 16 + no_group}) {
        if (const auto found = masks_.find(key); found != masks_.end()) {
            return found->second;
        }
    }
    return std::nullopt;
}

std::set<Hash> read_revocations(std::string_view file, std::string_view text) {
    std::set<Hash> hashes;
    const auto lines = lines_of(text);
    for (std::size_t i = 0; i < lines.size(); ++i) {
        const auto line = trim(lines[i].substr(0, lines[i].find('#')));
        if (line.empty()) {
            continue;
        }
        Hash hash{};
        bool good = line.size() == 2 * hash.size();
        for (std::size_t k = 0; good && k < hash.size(); ++k) {
            const auto byte = hexadecimal(line.substr(2 * k, 2));
            good = byte.has_value();
            hash[k] = static_cast<std::uint8_t>(byte.value_or(0));
        }
        if (!good) {
            throw InputError(2,
                             fmt::format("{}:{}: no hash of 40 hexadecimal digits", file, i + 1));
        }
        hashes.insert(hash);
    }
    return hashes;
}

}  // namespace ringside::vectors
