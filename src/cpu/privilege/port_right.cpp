// SPDX-License-Identifier: MIT
#include "cpu/privilege/port_right.hpp"

#include "cpu/fault.hpp"
#include "cpu/segments/task_state.hpp"

namespace ringside::cpu {

// A map base beyond the TSS limit, or a map that ends before the port, permits nothing.
void ask_permission_map(Cpu& cpu, std::uint32_t port) {
    if (!cpu.tr.valid || !is_tss32(cpu.tr) || cpu.tr.limit < tss32::least_limit) {
        throw Fault::gp(0);
    }
    const auto map = cpu.read_system<std::uint16_t>(cpu.tr.base + tss32::io_map_base);
    // The processor reads two bytes at a time, so that one look covers four ports.
    if (map + port / 8 + 1 > cpu.tr.limit) {
        throw Fault::gp(0);
    }
    throw FeatureNotBuilt{"I/O permission bitmap"};
}

}  // namespace ringside::cpu
