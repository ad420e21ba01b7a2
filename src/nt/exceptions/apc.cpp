// SPDX-License-Identifier: MIT
#include <array>

#include "nt/boot/pool.hpp"
#include "nt/exceptions/exceptions.hpp"
#include "nt/exceptions/frame_edit.hpp"
#include "nt/kernel.hpp"

namespace ringside::nt {
namespace {

constexpr std::uint32_t apc_context_flags = CONTEXT::full | CONTEXT::debug_registers;
constexpr std::uint32_t kernel_mode_index = 0;
constexpr std::uint32_t user_mode_index = 1;
constexpr std::uint32_t apc_object = 0x12;

LinearAddress apc_state(Kernel& kernel, const ThreadObject& thread) {
    return kernel.structures.place(thread.kthread, "KTHREAD", "ApcState");
}

/// ApcListHead[KernelMode] and, behind it, ApcListHead[UserMode].
LinearAddress kernel_list(Kernel& kernel, const ThreadObject& thread) {
    return thread.kthread + kernel.apc_list_field.offset;
}

LinearAddress user_list(Kernel& kernel, const ThreadObject& thread) {
    return kernel_list(kernel, thread) + 8 * user_mode_index;
}

void set_user_apc_pending(Kernel& kernel, const ThreadObject& thread, bool pending) {
    kernel.structures.set(apc_state(kernel, thread), "KAPC_STATE", "UserApcPending",
                          pending ? 1 : 0);
}

struct Apc {
    std::uint32_t normal_routine, normal_context, argument1, argument2;
};

/// Lays the APC's arguments and the interrupted context on the user's stack:
///   [Stack] NormalRoutine, NormalContext, SystemArgument1, SystemArgument2, CONTEXT
/// and behind the CONTEXT, in later systems, room for the SEH record of KiUserApcDispatcher.
ServiceOutcome KiInitializeUserApc(Kernel& kernel, LinearAddress at, const Apc& apc) {
    const auto frame = trap_frame_at(kernel.structures, at);
    CONTEXT context = context_of(frame, at, apc_context_flags);
    read_float_context(kernel, kernel.thread->kthread, context);
    const std::uint32_t size = 0x10 + sizeof(CONTEXT) + kernel.profile.apc_seh_record;
    const LinearAddress stack{(context.Esp & ~std::uint32_t{3}) - size};
    const std::array<std::uint32_t, 4> words{apc.normal_routine, apc.normal_context, apc.argument1,
                                             apc.argument2};
    const auto user = guest::ProcessorMode::user;
    auto put = kernel.user_memory.write(stack + 0x10, std::as_bytes(std::span(&context, 1)), user);
    if (put) {
        put = kernel.user_memory.write(stack, std::as_bytes(std::span(words)), user);
    }
    if (!put) {
        // The thread has no stack to run on: this cannot be told to it either.
        EXCEPTION_RECORD record{};
        record.ExceptionCode = put.error().status;
        record.ExceptionAddress = context.Eip;
        record.NumberParameters = 2;
        record.ExceptionInformation = {1, put.error().address.value};
        report_unhandled(kernel, record, context);
        return STATUS_SUCCESS;
    }
    redirect(kernel, at, kernel.boot_state.user_apc_dispatcher, stack, true);
    return STATUS_SUCCESS;
}

}  // namespace

bool has_user_apc(Kernel& kernel) {
    const LinearAddress list = user_list(kernel, *kernel.thread);
    return kernel.structures.read<std::uint32_t>(list) != list.value;
}

NTSTATUS KeTestAlertThread(Kernel& kernel) {
    const LinearAddress alerted =
        kernel.thread->kthread + kernel.alerted_field.offset + user_mode_index;
    if (kernel.structures.read<std::uint8_t>(alerted) != 0) {
        kernel.structures.write<std::uint8_t>(alerted, 0);
        return STATUS_ALERTED;
    }
    if (has_user_apc(kernel)) {
        set_user_apc_pending(kernel, *kernel.thread, true);
    }
    return STATUS_SUCCESS;
}

ServiceOutcome KiDeliverUserApc(Kernel& kernel, LinearAddress frame) {
    kernel.frame_watch.set_current_trap(frame);
    set_user_apc_pending(kernel, *kernel.thread, false);
    const LinearAddress entry = kernel.structures.remove_head(user_list(kernel, *kernel.thread));
    if (entry.value == 0) {
        return STATUS_SUCCESS;
    }
    KernelMemory& memory = kernel.structures;
    const LinearAddress kapc = entry - memory.layout().offset("KAPC", "ApcListEntry");
    const Apc apc{.normal_routine = memory.get(kapc, "KAPC", "NormalRoutine"),
                  .normal_context = memory.get(kapc, "KAPC", "NormalContext"),
                  .argument1 = memory.get(kapc, "KAPC", "SystemArgument1"),
                  .argument2 = memory.get(kapc, "KAPC", "SystemArgument2")};
    memory.set(kapc, "KAPC", "Inserted", 0);
    kernel.pool->free(kapc, memory.layout().size("KAPC"));
    if (apc.normal_routine == 0) {
        return KeTestAlertThread(kernel);
    }
    return KiInitializeUserApc(kernel, frame, apc);
}

NTSTATUS queue_user_apc(Kernel& kernel, ThreadObject& thread, std::uint32_t routine,
                        std::uint32_t context, std::uint32_t argument1, std::uint32_t argument2) {
    KernelMemory& memory = kernel.structures;
    const std::uint32_t size = memory.layout().size("KAPC");
    const auto kapc = kernel.pool->allocate(size);
    if (!kapc) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    memory.set(*kapc, "KAPC", "Type", apc_object);
    memory.set(*kapc, "KAPC", "Size", size);
    memory.set(*kapc, "KAPC", "Thread", thread.kthread.value);
    memory.set(*kapc, "KAPC", "NormalRoutine", routine);
    memory.set(*kapc, "KAPC", "NormalContext", context);
    memory.set(*kapc, "KAPC", "SystemArgument1", argument1);
    memory.set(*kapc, "KAPC", "SystemArgument2", argument2);
    memory.set(*kapc, "KAPC", "ApcMode", user_mode_index);
    memory.set(*kapc, "KAPC", "Inserted", 1);
    memory.insert_tail(user_list(kernel, thread), memory.place(*kapc, "KAPC", "ApcListEntry"));
    // A thread in an alertable wait takes it now; any other at its next alertable wait.
    const kernelkit::WaitRequest* const wait = thread.request();
    if (wait != nullptr && wait->alertable && wait->user_mode && thread.is_waiting()) {
        set_user_apc_pending(kernel, thread, true);
        kernel.dispatcher.wake(thread, kernelkit::WakeReason::user_apc);
    }
    return STATUS_SUCCESS;
}

LinearAddress last_user_apc(Kernel& kernel, ThreadObject& thread) {
    const LinearAddress last{kernel.structures.read<std::uint32_t>(user_list(kernel, thread) + 4)};
    return last - kernel.structures.layout().offset("KAPC", "ApcListEntry");
}

void remove_user_apc(Kernel& kernel, ThreadObject& thread, LinearAddress kapc) {
    KernelMemory& memory = kernel.structures;
    const LinearAddress list = user_list(kernel, thread);
    memory.remove(memory.place(kapc, "KAPC", "ApcListEntry"));
    memory.set(kapc, "KAPC", "Inserted", 0);
    kernel.pool->free(kapc, memory.layout().size("KAPC"));
    if (memory.read<std::uint32_t>(list) == list.value) {
        set_user_apc_pending(kernel, thread, false);
    }
}

void queue_kernel_apc(Kernel& kernel, ThreadObject& thread, LinearAddress kapc,
                      const KernelApc& routines) {
    KernelMemory& memory = kernel.structures;
    if (memory.get(kapc, "KAPC", "Inserted") != 0) {
        return;
    }
    memory.set(kapc, "KAPC", "Type", apc_object);
    memory.set(kapc, "KAPC", "Size", memory.layout().size("KAPC"));
    memory.set(kapc, "KAPC", "Thread", thread.kthread.value);
    memory.set(kapc, "KAPC", "KernelRoutine", routines.kernel_routine.value);
    memory.set(kapc, "KAPC", "NormalRoutine", routines.normal_routine.value);
    memory.set(kapc, "KAPC", "NormalContext", routines.normal_context);
    memory.set(kapc, "KAPC", "ApcMode", kernel_mode_index);
    memory.set(kapc, "KAPC", "Inserted", 1);
    memory.insert_tail(kernel_list(kernel, thread), memory.place(kapc, "KAPC", "ApcListEntry"));
    memory.set(apc_state(kernel, thread), "KAPC_STATE", "KernelApcPending", 1);
    // The current thread takes it as its service ends, one that waits takes it now, and any other
    // when it is next switched to.
    if (&thread == kernel.thread.get()) {
        kernel.dispatcher.request_kernel_apc();
    } else {
        kernel.dispatcher.wake(thread, kernelkit::WakeReason::kernel_apc);
    }
}

NTSTATUS KeAlertThread(Kernel& kernel, ThreadObject& thread) {
    const kernelkit::WaitRequest* const wait = thread.request();
    const bool waits = wait != nullptr && wait->alertable && wait->user_mode;
    if (!waits || !kernel.dispatcher.wake(thread, kernelkit::WakeReason::alerted)) {
        kernel.structures.write<std::uint8_t>(
            kernel.structures.place(thread.kthread, "KTHREAD", "Alerted") + user_mode_index, 1);
    }
    return STATUS_SUCCESS;
}

}  // namespace ringside::nt
