// SPDX-License-Identifier: MIT
#include "gdb/kernel_entries.hpp"

#include "cpu/vector.hpp"

namespace ringside::gdb {

std::vector<KernelEntry> kernel_entries(const guest::Machine& machine) {
    // A gate's dwords (Intel SDM vol. 3, "IDT Descriptors").
    constexpr std::uint32_t gate_size = 8;
    constexpr std::uint32_t present = 1U << 15;
    constexpr std::uint32_t type_mask = 0x1E00;
    constexpr std::uint32_t gate_32_bit = 0x0E00;  // interrupt or trap
    constexpr std::uint32_t vectors = 256;
    const cpu::Cpu& cpu = machine.cpu();
    std::vector<KernelEntry> entries;
    for (std::uint32_t vector = 0; vector < vectors; ++vector) {
        if (vector * gate_size + gate_size - 1 > cpu.idtr.limit) {
            break;
        }
        const LinearAddress gate = cpu.idtr.base + vector * gate_size;
        const auto low = machine.peek<std::uint32_t>(gate);
        const auto high = machine.peek<std::uint32_t>(gate + 4);
        if (low && high && (*high & present) != 0 && (*high & type_mask) == gate_32_bit) {
            entries.push_back(
                {.at = LinearAddress{(*high & 0xFFFF0000) | (*low & 0xFFFF)},
                 .error_code = cpu::pushes_error_code(static_cast<cpu::Vector>(vector))});
        }
    }
    if (cpu.sysenter_eip != 0) {
        entries.push_back({.at = LinearAddress{cpu.sysenter_eip}, .sysenter = true});
    }
    return entries;
}

}  // namespace ringside::gdb
