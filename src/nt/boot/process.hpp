// SPDX-License-Identifier: MIT
#pragma once

#include "base/address.hpp"
#include "nt/memory/kernel_stacks.hpp"

namespace ringside::nt {

class Kernel;

/// Maps program and ntdll, makes PEB, TEB, process parameters and the user stack.
void create_user_process(Kernel& kernel);

/// What the threads that a system begins with run on.
struct SystemThreads {
    KernelStack idle;
    KernelStack first;
    LinearAddress idle_loop;  ///< KiIdleLoop
};

/// Makes the KPROCESS and KTHREAD of the idle and of the first thread, the first thread's base trap
/// frame and the KAPC that will run LdrInitializeThunk.
void create_system_threads(Kernel& kernel, const SystemThreads& threads);

}  // namespace ringside::nt
