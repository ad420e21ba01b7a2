// SPDX-License-Identifier: MIT
#include "nt/scheduling/kthread.hpp"

#include "nt/kernel.hpp"
#include "nt/ktrap_frame.hpp"

namespace ringside::nt {
namespace {

constexpr std::uint32_t thread_object = 6;
constexpr std::uint32_t eflags_always = 2;
/// CR0.TS and CR0.MP: the coprocessor's state is not loaded.
constexpr std::uint32_t npx_state_not_loaded = 0x0A;

}  // namespace

void initialize_kthread(Kernel& kernel, LinearAddress kthread, LinearAddress kprocess,
                        KernelStack stack) {
    KernelMemory& memory = kernel.structures;
    const auto set = [&](std::string_view field, std::uint32_t value) {
        memory.set(kthread, "KTHREAD", field, value);
    };
    memory.set(kthread, "DISPATCHER_HEADER", "Type", thread_object);
    memory.set(kthread, "DISPATCHER_HEADER", "Size", memory.layout().size("KTHREAD") / 4);
    memory.initialize_list(memory.place(kthread, "DISPATCHER_HEADER", "WaitListHead"));
    memory.initialize_list(memory.place(kthread, "KTHREAD", "MutantListHead"));
    const LinearAddress apc_state = memory.place(kthread, "KTHREAD", "ApcState");
    memory.initialize_list(apc_state);
    memory.initialize_list(apc_state + 8);
    memory.set(apc_state, "KAPC_STATE", "Process", kprocess.value);
    const LinearAddress pointers = memory.place(kthread, "KTHREAD", "ApcStatePointer");
    memory.write(pointers, apc_state.value);
    memory.write(pointers + 4, memory.place(kthread, "KTHREAD", "SavedApcState").value);
    const std::uint32_t priority = memory.get(kprocess, "KPROCESS", "BasePriority");
    const LinearAddress npx = stack.top - fx_save_area_size;
    set("InitialStack", stack.top.value);
    set("StackBase", stack.top.value);
    set("StackLimit", stack.limit.value);
    set("KernelStack", npx.value);
    set("ServiceTable", kernel.boot_state.service_descriptor_table.value);
    set("NpxState", npx_state_not_loaded);
    set("Priority", priority);
    set("BasePriority", priority);
    set("Quantum", memory.get(kprocess, "KPROCESS", "ThreadQuantum"));
    set("Affinity", 1);
    set("UserAffinity", 1);
    set("ApcQueueable", 1);
    set("KernelStackResident", 1);
    reset_save_area(kernel, kthread);
}

LinearAddress push_switch_frame(Kernel& kernel, LinearAddress kthread, LinearAddress top,
                                LinearAddress routine) {
    KernelMemory& memory = kernel.structures;
    const LinearAddress frame = top - memory.layout().size("KSWITCHFRAME");
    memory.set(frame, "KSWITCHFRAME", "ExceptionList", exception_chain_end);
    if (memory.layout().find("KSWITCHFRAME", "EFlags") != nullptr) {
        memory.set(frame, "KSWITCHFRAME", "EFlags", eflags_always);
    }
    memory.set(frame, "KSWITCHFRAME", "RetAddr", routine.value);
    memory.set(kthread, "KTHREAD", "KernelStack", frame.value);
    return frame;
}

LinearAddress push_start_frame(Kernel& kernel, LinearAddress kthread, LinearAddress top,
                               const StartFrame& start) {
    KernelMemory& memory = kernel.structures;
    const LinearAddress frame = top - memory.layout().size("KSTART_FRAME");
    memory.set(frame, "KSTART_FRAME", "SystemRoutine", start.system_routine.value);
    memory.set(frame, "KSTART_FRAME", "StartRoutine", start.start_routine.value);
    memory.set(frame, "KSTART_FRAME", "StartContext", start.start_context);
    memory.set(frame, "KSTART_FRAME", "UserThread", start.user_thread ? 1 : 0);
    return push_switch_frame(kernel, kthread, frame, kernel.boot_state.thread_startup);
}

}  // namespace ringside::nt
