// SPDX-License-Identifier: MIT
#pragma once

#include "nt/structures/types.hpp"

namespace ringside::cpu {
struct Cpu;
}

namespace ringside::nt {

class Kernel;

/// The coprocessor as the kernel's host half knows it: whose registers are in it says NpxThread.
struct FloatUnit {
    cpu::Cpu* cpu = nullptr;  ///< null: none, and every CONTEXT shows the reset state
    bool has_fxsr = false;    ///< the save area has the form of FXSAVE, else that of FNSAVE
};

/// What a thread's save area holds before its first numeric instruction.
void reset_save_area(Kernel& kernel, LinearAddress kthread);

/// Fills FloatSave and ExtendedRegisters as the context's flags ask, from the coprocessor if the
/// thread's registers are in it, else from its save area.
void read_float_context(Kernel& kernel, LinearAddress kthread, CONTEXT& context);
/// The way back. Both parts given, FloatSave has the last word about the x87.
void write_float_context(Kernel& kernel, LinearAddress kthread, const CONTEXT& context);

}  // namespace ringside::nt
