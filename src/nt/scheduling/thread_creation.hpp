// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "base/address.hpp"
#include "base/expected.hpp"
#include "nt/ntstatus.hpp"
#include "nt/structures/types.hpp"

namespace ringside::nt {

class Kernel;
class ThreadObject;

/// The user stack that its creator gives a thread, as INITIAL_TEB has it.
struct UserStackBounds {
    LinearAddress base;          ///< its end: the stack grows down from here
    LinearAddress limit;         ///< the lowest byte committed
    LinearAddress deallocation;  ///< where its reservation begins
};

/// MmCreateTeb: fills a zeroed page that has been made the thread's TEB.
void initialize_teb(Kernel& kernel, LinearAddress teb, const CLIENT_ID& id,
                    const UserStackBounds& stack);

/// Fills the KTHREAD of a user thread with what a thread of ring 0 has not: TEB, PreviousMode and
/// the base frame, by which it first goes to ring 3. Answers the frame's place.
[[nodiscard]] Expected<LinearAddress, NTSTATUS> initialize_user_thread(Kernel& kernel,
                                                                       LinearAddress kthread,
                                                                       LinearAddress teb,
                                                                       const CONTEXT& context);

/// PspCreateThread: a thread with KTHREAD, kernel stack and TEB, known to the dispatcher but not
/// ready. Its first code is KiThreadStartup. STATUS_NO_MEMORY when there is no address or page left
/// for the TEB, STATUS_INSUFFICIENT_RESOURCES for the rest; nothing stays allocated then.
[[nodiscard]] Expected<std::shared_ptr<ThreadObject>, NTSTATUS> PspCreateThread(
    Kernel& kernel, const CONTEXT& context, const UserStackBounds& stack);

/// The first thing a user thread does, still in ring 0: lets the loader run, as a user APC, before
/// its own code. False when the pool has no KAPC left for that.
[[nodiscard]] bool PspUserThreadStartup(Kernel& kernel);

/// Ends a thread that has left the processor for good, or never had it: mutants are abandoned,
/// waiters go on. What it ran on is freed as soon as nobody stands on it. Not for the last thread.
void PspTerminateThread(Kernel& kernel, ThreadObject& thread, NTSTATUS status);

/// Threads that have ended and whose KTHREAD is still there, in the order of their ends.
using EndedThreads = std::vector<std::shared_ptr<ThreadObject>>;
/// Frees kernel stack, TEB and, if it wished so, user stack of those that stand on them no more.
void free_stacks(Kernel& kernel, const EndedThreads& ended);
/// Frees the KTHREADs that no handle leads to any more.
void free_kthreads(Kernel& kernel, EndedThreads& ended);

}  // namespace ringside::nt
