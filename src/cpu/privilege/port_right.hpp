// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

#include "cpu/cpu.hpp"

namespace ringside::cpu {

void ask_permission_map(Cpu& cpu, std::uint32_t port);

/// I/O privilege of IN, OUT, INS and OUTS for `size` ports from `port`: free while CPL <= IOPL,
/// else the TSS must have an I/O permission bit map that reaches there. #GP(0) when it does not.
inline void require_port(Cpu& cpu, std::uint32_t port, std::uint32_t size) {
    if (cpu.cpl > cpu.iopl()) [[unlikely]] {
        ask_permission_map(cpu, port + size - 1);
    }
}

}  // namespace ringside::cpu
