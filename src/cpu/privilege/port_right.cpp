// SPDX-License-Identifier: MIT
#include "cpu/privilege/port_right.hpp"

#include "cpu/fault.hpp"
#include "cpu/segments/task_state.hpp"

namespace ringside::cpu {

void ask_permission_map(Cpu& cpu, std::uint32_t port, std::uint32_t size) {
    if (!cpu.tr.valid || !is_tss32(cpu.tr) || cpu.tr.limit < tss32::least_limit) {
        throw Fault::gp(0);
    }
    const std::uint32_t map = cpu.read_system<std::uint16_t>(cpu.tr.base + tss32::io_map_base);
    // The processor reads two bytes at a time, so that one look covers four ports: the second byte,
    // too, must lie in the TSS.
    const std::uint32_t at = map + port / 8;
    if (at + 1 > cpu.tr.limit) {
        throw Fault::gp(0);
    }
    const std::uint32_t bits = cpu.read_system<std::uint16_t>(cpu.tr.base + at);
    const std::uint32_t wanted = ((1U << size) - 1U) << (port % 8);
    if ((bits & wanted) != 0) {
        throw Fault::gp(0);
    }
}

}  // namespace ringside::cpu
