// SPDX-License-Identifier: MIT
#include "cpu/segments/descriptor_table.hpp"

namespace ringside::cpu {
namespace {

/// Sets bits of the type field, which lies in byte 5.
void set_type_bits(Cpu& cpu, TableEntry& entry, std::uint32_t type_bits) {
    const std::uint32_t high = entry.descriptor.high() | (type_bits << 8);
    cpu.write_system<std::uint8_t>(entry.address + 5, static_cast<std::uint8_t>(high >> 8));
    entry.descriptor = Descriptor{entry.descriptor.low(), high};
}

}  // namespace

std::optional<TableEntry> find_descriptor(Cpu& cpu, Selector selector) {
    LinearAddress base = cpu.gdtr.base;
    std::uint32_t limit = cpu.gdtr.limit;
    if (selector.table() == TableIndicator::ldt) {
        if (!cpu.ldtr.valid) {
            return std::nullopt;
        }
        base = cpu.ldtr.base;
        limit = cpu.ldtr.limit;
    }
    if (selector.offset() + 7 > limit) {
        return std::nullopt;
    }
    const LinearAddress address = base + selector.offset();
    const auto bytes = cpu.read_system<std::uint64_t>(address);
    return TableEntry{
        Descriptor{static_cast<std::uint32_t>(bytes), static_cast<std::uint32_t>(bytes >> 32)},
        address};
}

TableEntry read_descriptor(Cpu& cpu, Selector selector, Vector missing, std::uint32_t ext) {
    if (!selector.is_null()) [[likely]] {
        if (const auto entry = find_descriptor(cpu, selector)) [[likely]] {
            return *entry;
        }
    }
    throw selector_fault(missing, selector, ext);
}

void mark_accessed(Cpu& cpu, TableEntry& entry) {
    if (!entry.descriptor.accessed()) {
        set_type_bits(cpu, entry, 1);
    }
}

void mark_busy(Cpu& cpu, TableEntry& entry) {
    set_type_bits(cpu, entry, 2);
}

}  // namespace ringside::cpu
