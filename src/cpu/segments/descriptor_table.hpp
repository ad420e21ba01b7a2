// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>

#include "cpu/cpu.hpp"
#include "cpu/fault.hpp"
#include "cpu/segments/descriptor.hpp"
#include "cpu/segments/selector.hpp"

namespace ringside::cpu {

/// A descriptor and the place it was read from.
struct TableEntry {
    Descriptor descriptor;
    LinearAddress address{};
};

/// A fault whose error code names a selector. `ext` is the EXT bit: 1 while an event from outside
/// the program is being delivered.
[[nodiscard]] inline Fault selector_fault(Vector vector, Selector selector, std::uint32_t ext = 0) {
    return {vector, selector.error_code() | ext, {}};
}

/// The entry of the GDT or LDT that a selector names; nothing for the null selector, beyond the
/// table's limit, or without an LDT. Throws #PF as the processor's own access.
[[nodiscard]] inline std::optional<TableEntry> find_descriptor(Cpu& cpu, Selector selector) {
    const bool local = selector.table() == TableIndicator::ldt;
    const std::uint32_t limit = local ? cpu.ldtr.limit : cpu.gdtr.limit;
    if (selector.is_null() || selector.offset() + 7 > limit) [[unlikely]] {
        return std::nullopt;
    }
    const LinearAddress address = (local ? cpu.ldtr.base : cpu.gdtr.base) + selector.offset();
    return TableEntry{Descriptor{cpu.read_system<std::uint64_t>(address)}, address};
}

/// As find_descriptor, but throws `missing`(selector) when there is nothing.
[[nodiscard]] inline TableEntry read_descriptor(Cpu& cpu, Selector selector, Vector missing,
                                                std::uint32_t ext = 0) {
    if (const auto entry = find_descriptor(cpu, selector)) [[likely]] {
        return *entry;
    }
    throw selector_fault(missing, selector, ext);
}

/// Sets bits of the type field in the table and in `entry`.
void set_type_bits(Cpu& cpu, TableEntry& entry, std::uint32_t type_bits);

/// Clears the busy bit of a TSS descriptor in its table.
void mark_available(Cpu& cpu, const TableEntry& entry);

/// Sets the accessed bit of a code or data descriptor in its table. The table is written only when
/// the bit is clear, so it may lie in read-only memory otherwise.
inline void mark_accessed(Cpu& cpu, TableEntry& entry) {
    if (!entry.descriptor.accessed()) [[unlikely]] {
        set_type_bits(cpu, entry, 1);
    }
}

/// Sets the busy bit of a TSS descriptor in its table.
inline void mark_busy(Cpu& cpu, TableEntry& entry) {
    set_type_bits(cpu, entry, 2);
}

}  // namespace ringside::cpu
