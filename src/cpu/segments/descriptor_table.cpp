// SPDX-License-Identifier: MIT
#include "cpu/segments/descriptor_table.hpp"

#include "cpu/memory_model/memory_model.hpp"

namespace ringside::cpu {

void set_type_bits(Cpu& cpu, TableEntry& entry, std::uint32_t type_bits) {
    // The type lies in bits 3 to 0 of byte 5.
    const std::uint32_t high = entry.descriptor.high() | (type_bits << 8);
    cpu.write_system<std::uint8_t>(entry.address + 5, static_cast<std::uint8_t>(high >> 8));
    entry.descriptor = Descriptor{entry.descriptor.low(), high};
    if (cpu.memory && !entry.descriptor.is_system()) {
        cpu.memory->mark_descriptor();
    }
}

void mark_available(Cpu& cpu, const TableEntry& entry) {
    const std::uint32_t rights = (entry.descriptor.high() >> 8) & ~2U;
    cpu.write_system<std::uint8_t>(entry.address + 5, static_cast<std::uint8_t>(rights));
}

}  // namespace ringside::cpu
