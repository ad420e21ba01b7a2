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

/// The entry of the GDT or LDT that a selector names; nothing beyond the table's limit, or without
/// an LDT. The null selector is the caller's affair. Throws #PF as the processor's own access.
[[nodiscard]] std::optional<TableEntry> find_descriptor(Cpu& cpu, Selector selector);

/// As find_descriptor, but throws `missing`(selector) for the null selector, or an entry beyond
/// the table.
[[nodiscard]] TableEntry read_descriptor(Cpu& cpu, Selector selector, Vector missing,
                                         std::uint32_t ext = 0);

/// Sets the accessed bit of a code or data descriptor in its table. The table is written only when
/// the bit is clear, so it may lie in read-only memory otherwise.
void mark_accessed(Cpu& cpu, TableEntry& entry);

/// Sets the busy bit of a TSS descriptor in its table.
void mark_busy(Cpu& cpu, TableEntry& entry);

}  // namespace ringside::cpu
