// SPDX-License-Identifier: MIT
#pragma once

#include "cpu/cpu.hpp"
#include "cpu/fault.hpp"

namespace ringside::cpu {

/// The privileged instructions: #GP(0) above CPL 0 (SDM vol. 3, "Privileged Instructions").
inline void require_ring_0(const Cpu& cpu) {
    if (cpu.cpl != 0) [[unlikely]] {
        throw Fault::gp(0);
    }
}

}  // namespace ringside::cpu
