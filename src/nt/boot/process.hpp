// SPDX-License-Identifier: MIT
#pragma once

#include "base/address.hpp"

namespace ringside::nt {

class Kernel;
struct KernelImage;

/// Maps program and ntdll, makes PEB, TEB, process parameters and the user stack.
void create_user_process(Kernel& kernel);

/// A kernel stack, `guard` below it unmapped.
struct KernelStack {
    LinearAddress limit;
    LinearAddress top;
};

/// Makes KPROCESS and the KTHREADs of the idle and the first thread, the first thread's base trap
/// frame and the KAPC that will run LdrInitializeThunk.
void create_first_thread(Kernel& kernel, const KernelImage& image, KernelStack stack);

}  // namespace ringside::nt
