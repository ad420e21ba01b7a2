// SPDX-License-Identifier: MIT
#pragma once

#include "base/expected.hpp"
#include "guest/user_memory.hpp"
#include "nt/ktrap_frame.hpp"
#include "nt/service_table.hpp"
#include "nt/structures/types.hpp"

namespace ringside::nt {

class Kernel;
class ServiceContext;
class ThreadObject;

/// Sends an exception to where its frame came from: a user frame to KiUserExceptionDispatcher with
/// record and context on the user's stack, a kernel frame to a bugcheck. A second chance ends the
/// process.
ServiceOutcome KiDispatchException(Kernel& kernel, LinearAddress record, LinearAddress frame,
                                   guest::ProcessorMode previous_mode, bool first_chance);
ServiceOutcome KiDispatchException(Kernel& kernel, const EXCEPTION_RECORD& record,
                                   LinearAddress frame, guest::ProcessorMode previous_mode,
                                   bool first_chance);

/// Takes one user APC off the current thread's list and sets the frame up for KiUserApcDispatcher;
/// KiDeliverApc in the guest has seen to the kernel APCs before.
ServiceOutcome KiDeliverUserApc(Kernel& kernel, LinearAddress frame);

/// The ring-0 routines of a kernel APC. Without a normal routine it is a special one.
struct KernelApc {
    LinearAddress kernel_routine;
    LinearAddress normal_routine;
    std::uint32_t normal_context = 0;
};

/// Queues a KAPC in guest memory to a thread; one that is queued already stays as it is.
void queue_kernel_apc(Kernel& kernel, ThreadObject& thread, LinearAddress kapc,
                      const KernelApc& routines);

/// Ends an alertable user-mode wait with STATUS_ALERTED, or lets the next one end so.
NTSTATUS KeAlertThread(Kernel& kernel, ThreadObject& thread);

/// NtSuspendThread and NtResumeThread: the count there was before. STATUS_SUSPEND_COUNT_EXCEEDED
/// beyond 127, STATUS_THREAD_IS_TERMINATING for a thread that ended.
[[nodiscard]] Expected<std::uint32_t, NTSTATUS> KeSuspendThread(Kernel& kernel,
                                                                ThreadObject& thread);
std::uint32_t KeResumeThread(Kernel& kernel, ThreadObject& thread);
/// What the suspend APC of the current thread does until the count is 0 again.
[[nodiscard]] ServiceOutcome KeWaitWhileSuspended(Kernel& kernel);

/// Queues a user APC to a thread: a real KAPC in pool. STATUS_INSUFFICIENT_RESOURCES when the pool
/// is full.
NTSTATUS queue_user_apc(Kernel& kernel, ThreadObject& thread, std::uint32_t routine,
                        std::uint32_t context, std::uint32_t argument1, std::uint32_t argument2);

/// The KAPC that was queued to the thread last. Only right behind queue_user_apc().
LinearAddress last_user_apc(Kernel& kernel, ThreadObject& thread);
/// Takes a queued user APC back before it is delivered.
void remove_user_apc(Kernel& kernel, ThreadObject& thread, LinearAddress kapc);

/// Whether the thread's list of user APCs has an entry.
bool has_user_apc(Kernel& kernel);

/// KeTestAlertThread: lets waiting user APCs be delivered on the way out. STATUS_ALERTED when the
/// thread had been alerted.
NTSTATUS KeTestAlertThread(Kernel& kernel);

/// The unhandled exception's one-screen report; the run ends with status 120.
void report_unhandled(Kernel& kernel, const EXCEPTION_RECORD& record, const CONTEXT& context);

}  // namespace ringside::nt
