// SPDX-License-Identifier: MIT
// NtGetContextThread and NtSetContextThread: a thread's user registers are those of the frame by
// which it entered ring 0 and will leave it.
#include <array>

#include "nt/exceptions/frame_edit.hpp"
#include "nt/ktrap_frame.hpp"
#include "nt/service_context.hpp"

namespace ringside::nt {
namespace {

constexpr std::uint32_t THREAD_GET_CONTEXT = 0x0008;
constexpr std::uint32_t THREAD_SET_CONTEXT = 0x0010;

/// The current thread's frame is that of this very call. Any other stands in ring 0, and its
/// innermost entry from ring 3 left a frame right below the FX save area.
LinearAddress user_frame(Kernel& kernel, const ThreadObject& thread) {
    if (&thread == kernel.thread.get()) {
        return kernel.trap_frame();
    }
    return LinearAddress{kernel.structures.get(thread.kthread, "KTHREAD", "InitialStack")} -
           base_frame_below_stack;
}

/// A frame of a service has no data selectors: one that waits in it came with flat ones.
CONTEXT context_of_thread(Kernel& kernel, const ThreadObject& thread, std::uint32_t flags) {
    const LinearAddress at = user_frame(kernel, thread);
    CONTEXT context = context_of(trap_frame_at(kernel.structures, at), at, flags);
    read_float_context(kernel, thread.kthread, context);
    const bool waits_in_service = &thread != kernel.thread.get() && !thread.pending.empty();
    if (waits_in_service && (flags & CONTEXT::segments) != 0) {
        context.SegDs = context.SegEs = KGDT_R3_DATA;
        context.SegGs = 0;
    }
    return context;
}

NTSTATUS NtGetContextThread(ServiceContext& context, HANDLE handle, UserPointer<CONTEXT> to) {
    const auto thread = context.reference<ThreadObject>(handle, THREAD_GET_CONTEXT);
    if (!thread) {
        return thread.error();
    }
    const auto flags = context.read(UserPointer<ULONG>{to.address});
    if (!flags) {
        return flags.error();
    }
    if ((*thread)->state == kernelkit::ThreadState::terminated) {
        return STATUS_UNSUCCESSFUL;
    }
    auto captured = context.read(to);
    if (!captured) {
        return captured.error();
    }
    // Parts that were not asked for keep what the caller had there.
    CONTEXT& result = *captured;
    const CONTEXT current = context_of_thread(context.kernel, **thread, *flags);
    const auto take = [&result, &current](std::uint32_t CONTEXT::*field) {
        result.*field = current.*field;
    };
    if ((*flags & CONTEXT::control) != 0) {
        for (auto field : {&CONTEXT::Ebp, &CONTEXT::Eip, &CONTEXT::SegCs, &CONTEXT::EFlags,
                           &CONTEXT::Esp, &CONTEXT::SegSs}) {
            take(field);
        }
    }
    if ((*flags & CONTEXT::integer) != 0) {
        for (auto field : {&CONTEXT::Edi, &CONTEXT::Esi, &CONTEXT::Ebx, &CONTEXT::Edx,
                           &CONTEXT::Ecx, &CONTEXT::Eax}) {
            take(field);
        }
    }
    if ((*flags & CONTEXT::segments) != 0) {
        for (auto field : {&CONTEXT::SegGs, &CONTEXT::SegFs, &CONTEXT::SegEs, &CONTEXT::SegDs}) {
            take(field);
        }
    }
    if ((*flags & CONTEXT::debug_registers) != 0) {
        for (auto field : {&CONTEXT::Dr0, &CONTEXT::Dr1, &CONTEXT::Dr2, &CONTEXT::Dr3,
                           &CONTEXT::Dr6, &CONTEXT::Dr7}) {
            take(field);
        }
    }
    if ((*flags & CONTEXT::floating_point) != 0) {
        result.FloatSave = current.FloatSave;
    }
    if ((*flags & CONTEXT::extended_registers) != 0) {
        result.ExtendedRegisters = current.ExtendedRegisters;
    }
    return context.write(to, result);
}

ServiceOutcome NtSetContextThread(ServiceContext& context, HANDLE handle,
                                  UserPointer<CONTEXT> from) {
    const auto thread = context.reference<ThreadObject>(handle, THREAD_SET_CONTEXT);
    if (!thread) {
        return thread.error();
    }
    const auto wanted = context.read(from);
    if (!wanted) {
        return wanted.error();
    }
    if ((*thread)->state == kernelkit::ThreadState::terminated) {
        return STATUS_UNSUCCESSFUL;
    }
    Kernel& kernel = context.kernel;
    const LinearAddress frame = user_frame(kernel, **thread);
    if (*thread != kernel.thread) {
        return load_context_of_other(kernel, **thread, frame, *wanted);
    }
    const NTSTATUS loaded = load_context(kernel, frame, *wanted);
    return nt_success(loaded) ? ServiceOutcome::frame_edited() : ServiceOutcome(loaded);
}

constexpr std::array table{
    service<NtGetContextThread>("NtGetContextThread", "ThreadHandle ThreadContext"),
    service<NtSetContextThread>("NtSetContextThread", "ThreadHandle ThreadContext"),
};

}  // namespace

std::span<const ServiceRow> thread_context_services() {
    return table;
}

}  // namespace ringside::nt
