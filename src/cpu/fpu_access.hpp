// SPDX-License-Identifier: MIT
#pragma once

#include "cpu/cpu.hpp"

namespace ringside::cpu {

/// #NM while CR0.EM or TS is set: x87 instructions other than WAIT, FXSAVE and FXRSTOR.
inline void require_fpu(const Cpu& cpu) {
    if ((cpu.cr0 & (cr0::em | cr0::ts)) != 0) [[unlikely]] {
        throw Fault{Vector::device_not_available, 0, {}};
    }
}

[[noreturn, gnu::noinline, gnu::cold]] void raise_fpu_error(const Cpu& cpu);

/// What a waiting instruction does first: an unmasked exception of an earlier one is raised now,
/// as #MF, or on FERR# while CR0.NE is clear.
inline void await_fpu(const Cpu& cpu) {
    if (cpu.fpu.state.error_pending()) [[unlikely]] {
        raise_fpu_error(cpu);
    }
}

}  // namespace ringside::cpu
