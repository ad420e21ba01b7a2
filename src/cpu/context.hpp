// SPDX-License-Identifier: MIT
#pragma once

#include "cpu/cpu.hpp"
#include "cpu/decode/block.hpp"

namespace ringside::cpu {

inline void Cpu::enter_context() {
    mode = segment(SegmentRegister::cs).as_code | data_mode() |
           (protected_mode() ? block_mode::protected_mode : 0U) |
           (cpl == 3 ? block_mode::user : 0U);
    if (has_special_context()) [[unlikely]] {
        enter_special_context();
    }
    tlb = &translations(privilege());
    stamp = blocks->stamp(mode);
}

}  // namespace ringside::cpu
