// SPDX-License-Identifier: MIT
#include "nt/structures/layout.hpp"

#include <algorithm>

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

Layout::Layout(std::span<const std::span<const std::byte>> tables) {
    for (const auto table : tables) {
        add(table);
    }
    for (auto& [name, structure] : structures_) {
        std::stable_sort(structure.fields.begin(), structure.fields.end(),
                         [](const FieldRow& a, const FieldRow& b) { return a.offset < b.offset; });
        for (std::size_t i = 0; i < structure.fields.size(); ++i) {
            structure.by_name.emplace(structure.fields[i].name, i);
        }
    }
}

void Layout::add(std::span<const std::byte> table) {
    for (const Row& row : rows_of(table)) {
        const bool removes = row.size() == 3 && row[1] == "-";
        ensure(removes || row.size() == 5 || row.size() == 6,
               "structures: a row has five fields and perhaps a reason");
        StructureRows& structure = structures_[std::string(row[0])];
        const std::string assumed(row.size() == 6 ? row[5] : "");
        if (row[2] == "(sizeof)") {
            structure.size = number(row[4]);
            structure.assumed = assumed;
            continue;
        }
        std::erase_if(structure.fields, [&row, removes](const FieldRow& field) {
            return field.name == row[2] || (removes && row[2] == "*");
        });
        if (!removes) {
            structure.fields.push_back({.name = std::string(row[2]),
                                        .offset = number(row[1]),
                                        .size = number(row[4]),
                                        .type = std::string(row[3]),
                                        .assumed = assumed});
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

const FieldRow* Layout::find(std::string_view structure_name, std::string_view name) const {
    const StructureRows& rows = structure(structure_name);
    const auto found = rows.by_name.find(name);
    return found != rows.by_name.end() ? &rows.fields[found->second] : nullptr;
}

const FieldRow& Layout::field(std::string_view structure_name, std::string_view name) const {
    const FieldRow* const row = find(structure_name, name);
    if (row == nullptr) [[unlikely]] {
        ensure(false, fmt::format("no field {}.{}", structure_name, name));
    }
    return *row;
}

}  // namespace ringside::nt
