// SPDX-License-Identifier: MIT
#pragma once

#include "nt/ktrap_frame.hpp"
#include "nt/ntstatus.hpp"
#include "nt/structures/types.hpp"

namespace ringside::nt {

class Kernel;
class KernelMemory;
class ThreadObject;

/// The frame at `at`, as far as its kind reaches: one of ring 0 may end where its stack does.
[[nodiscard]] KTRAP_FRAME trap_frame_at(KernelMemory& memory, LinearAddress at);

/// The CONTEXT that a frame stands for (KeContextFromKframes), its parts as `flags` asks; those of
/// the coprocessor, which no frame has, are read_float_context's.
[[nodiscard]] CONTEXT context_of(const KTRAP_FRAME& frame, LinearAddress at, std::uint32_t flags);

/// Loads a user's context into its live frame (KeContextToKframes): selectors get RPL 3, EFLAGS
/// only bits that a user may set. STATUS_ACCESS_DENIED for a context of V86 mode.
[[nodiscard]] NTSTATUS load_context(Kernel& kernel, LinearAddress frame, const CONTEXT& context);

/// The same for the frame by which a thread that is not running will go back to ring 3; parts that
/// the context leaves out stay as they are.
[[nodiscard]] NTSTATUS load_context_of_other(Kernel& kernel, const ThreadObject& thread,
                                             LinearAddress frame, const CONTEXT& context);

/// Builds the base frame of a new thread, by the same rules.
[[nodiscard]] NTSTATUS write_first_frame(Kernel& kernel, LinearAddress at, const CONTEXT& context);

/// Makes a user frame continue at a dispatcher of ntdll on a new stack, with flat selectors.
void redirect(Kernel& kernel, LinearAddress frame, LinearAddress eip, LinearAddress esp,
              bool sanitize_flags);

/// KeRaiseUserExceptionDispatcher's part: the frame goes on at `eip`; answers where it would have.
[[nodiscard]] std::uint32_t replace_eip(Kernel& kernel, LinearAddress frame, LinearAddress eip);

}  // namespace ringside::nt
