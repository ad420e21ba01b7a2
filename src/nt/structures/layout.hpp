// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace ringside::nt {

struct FieldRow {
    std::string name;
    std::uint32_t offset{};
    std::uint32_t size{};
    std::string type;
    std::string assumed{};  ///< Why the row is no known fact; empty for one that is.
};

struct StructureRows {
    std::uint32_t size{};
    std::string assumed{};         ///< the same for all of the structure
    std::vector<FieldRow> fields;  ///< in the order of their offsets
    /// Where in `fields` a name stands.
    std::map<std::string, std::size_t, std::less<>> by_name;
};

/// Where the fields of the profile's structures stand, from data/nt/structures-*.tsv. The guest
/// kernel is assembled against the same files.
class Layout {
  public:
    /// Each table changes what the ones before it say: a row replaces the field of its name, one
    /// whose offset is `-` takes it away, or all fields when the name is `*`.
    explicit Layout(std::span<const std::span<const std::byte>> tables);

    /// Asking for a structure or field that is not in the table is a broken invariant.
    [[nodiscard]] const StructureRows& structure(std::string_view name) const;
    [[nodiscard]] const FieldRow& field(std::string_view structure, std::string_view name) const;
    /// Null for a field that this system does not have.
    [[nodiscard]] const FieldRow* find(std::string_view structure, std::string_view name) const;
    [[nodiscard]] std::uint32_t offset(std::string_view structure, std::string_view name) const {
        return field(structure, name).offset;
    }
    [[nodiscard]] std::uint32_t size(std::string_view structure_name) const {
        return structure(structure_name).size;
    }
    [[nodiscard]] const std::map<std::string, StructureRows, std::less<>>& structures() const {
        return structures_;
    }

  private:
    void add(std::span<const std::byte> table);

    std::map<std::string, StructureRows, std::less<>> structures_;
};

}  // namespace ringside::nt
