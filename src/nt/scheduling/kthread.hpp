// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

#include "base/address.hpp"
#include "nt/memory/kernel_stacks.hpp"

namespace ringside::nt {

class Kernel;

/// KeInitializeThread: fills a zeroed KTHREAD of the process. Its stack is empty but for the FX
/// save area at the top.
void initialize_kthread(Kernel& kernel, LinearAddress kthread, LinearAddress kprocess,
                        KernelStack stack);

/// KSTART_FRAME: what KiThreadStartup finds on the stack of a new thread.
struct StartFrame {
    LinearAddress system_routine;
    LinearAddress start_routine;
    std::uint32_t start_context{};
    bool user_thread = false;
};

/// Lays below `top` what the first switch to a thread pops: a KSWITCHFRAME that returns to
/// `routine`, with interrupts off, and stores KTHREAD.KernelStack. Answers where it begins.
LinearAddress push_switch_frame(Kernel& kernel, LinearAddress kthread, LinearAddress top,
                                LinearAddress routine);
/// The same for KiThreadStartup, with its KSTART_FRAME.
LinearAddress push_start_frame(Kernel& kernel, LinearAddress kthread, LinearAddress top,
                               const StartFrame& start);

}  // namespace ringside::nt
