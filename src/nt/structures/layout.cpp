// SPDX-License-Identifier: MIT
#include "nt/structures/layout.hpp"

#include <fmt/format.h>

#include "base/ensure.hpp"
#include "nt/structures/rows.hpp"

namespace ringside::nt {
namespace {

std::uint32_t number(std::string_view text) {
    const auto value = parse_number(text);
    ensure(value.has_value(), "structures: not a number");
    return static_cast<std::uint32_t>(*value);
}

}  // namespace

Layout::Layout(std::span<const std::byte> table) {
    for (const Row& row : rows_of(table)) {
        ensure(row.size() == 5, "structures: a row has five fields");
        StructureRows& structure = structures_[std::string(row[0])];
        if (row[2] == "(sizeof)") {
            structure.size = number(row[4]);
        } else {
            structure.by_name.emplace(row[2], structure.fields.size());
            structure.fields.push_back({.name = std::string(row[2]),
                                        .offset = number(row[1]),
                                        .size = number(row[4]),
                                        .type = std::string(row[3])});
        }
    }
}

const StructureRows& Layout::structure(std::string_view name) const {
    const auto found = structures_.find(name);
    if (found == structures_.end()) [[unlikely]] {
        ensure(false, fmt::format("no layout of {}", name));
    }
    return found->second;
}

const FieldRow& Layout::field(std::string_view structure_name, std::string_view name) const {
    const StructureRows& rows = structure(structure_name);
    const auto found = rows.by_name.find(name);
    if (found == rows.by_name.end()) [[unlikely]] {
        ensure(false, fmt::format("no field {}.{}", structure_name, name));
    }
    return rows.fields[found->second];
}

}  // namespace ringside::nt
