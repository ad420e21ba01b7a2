// SPDX-License-Identifier: MIT
// The end of a thread: PspExitThread's run-down, and what can only go when it stands nowhere.
#include <algorithm>
#include <utility>

#include "nt/kernel.hpp"
#include "nt/scheduling/thread_creation.hpp"

namespace ringside::nt {
namespace {

/// A list that a guest has tied into a ring must not hold the host.
constexpr int longest_apc_list = 0x10000;

bool in_pool(LinearAddress at) {
    return at >= Pool::base && at - Pool::base < Pool::largest;
}

/// User APCs that were never delivered. Kernel APCs belong to whoever queued them.
void drop_user_apcs(Kernel& kernel, LinearAddress kthread) {
    KernelMemory& memory = kernel.structures;
    const LinearAddress list =
        memory.place(memory.place(kthread, "KTHREAD", "ApcState"), "KAPC_STATE", "ApcListHead") + 8;
    for (int i = 0; i < longest_apc_list; ++i) {
        const LinearAddress entry = memory.remove_head(list);
        if (entry.value == 0) {
            return;
        }
        const LinearAddress kapc = entry - memory.layout().offset("KAPC", "ApcListEntry");
        if (in_pool(kapc)) {
            kernel.pool->free(kapc, memory.layout().size("KAPC"));
        }
    }
}

/// The fields of a KTHREAD are the guest's to spoil: only what can be a stack goes back.
void free_kernel_stack(Kernel& kernel, LinearAddress kthread) {
    KernelMemory& memory = kernel.structures;
    const LinearAddress top{memory.get(kthread, "KTHREAD", "StackBase")};
    const LinearAddress limit{memory.get(kthread, "KTHREAD", "StackLimit")};
    const std::uint32_t reserved = memory.get(kthread, "KTHREAD", "LargeStack") != 0
                                       ? large_kernel_stack_reserve
                                       : kernel_stack_size;
    const bool is_stack = page_offset(top) == 0 && page_offset(limit) == 0 && limit < top &&
                          limit >= KernelStacks::base && top < KernelStacks::end &&
                          top - limit <= reserved;
    if (is_stack) {
        kernel.stacks.free({.limit = limit, .top = top}, reserved);
    }
}

/// A reservation of exactly that place, unless the user has put something else there.
void free_user(Kernel& kernel, LinearAddress base) {
    const auto* const reservation = kernel.memory.space().find(base);
    std::uint32_t whole = 0;
    if (reservation != nullptr && reservation->base == base) {
        static_cast<void>(kernel.memory.free(base, whole, MEM_RELEASE));
    }
}

template <typename T>
T read_teb(Kernel& kernel, LinearAddress from) {
    T value{};
    // A TEB that its owner has freed says nothing.
    static_cast<void>(kernel.user_memory.read(from, std::as_writable_bytes(std::span(&value, 1)),
                                              guest::ProcessorMode::user));
    return value;
}

void free_user_part(Kernel& kernel, LinearAddress teb) {
    KernelMemory& memory = kernel.structures;
    if (read_teb<std::uint8_t>(kernel, memory.place(teb, "TEB", "FreeStackOnTermination")) != 0) {
        free_user(kernel,
                  read_teb<LinearAddress>(kernel, memory.place(teb, "TEB", "DeallocationStack")));
    }
    free_user(kernel, teb);
}

/// The x87 and SSE registers may still be the thread's; nobody is to save them into its stack.
void disown_coprocessor(Kernel& kernel, LinearAddress kthread) {
    KernelMemory& memory = kernel.structures;
    const LinearAddress prcb = memory.place(kernel.boot_state.pcr, "KPCR", "PrcbData");
    if (memory.get(prcb, "KPRCB", "NpxThread") == kthread.value) {
        memory.set(prcb, "KPRCB", "NpxThread", 0);
    }
}

}  // namespace

void PspTerminateThread(Kernel& kernel, ThreadObject& thread, NTSTATUS status) {
    const auto& living = kernel.dispatcher.threads();
    if (std::none_of(living.begin(), living.end(),
                     [&](const auto& other) { return other.get() == &thread; })) {
        return;  // It has ended, or a guest that is lost wants to end the idle thread.
    }
    thread.exit_time = kernel.system_time().ticks;
    drop_user_apcs(kernel, thread.kthread);
    disown_coprocessor(kernel, thread.kthread);
    kernel.dispatcher.terminate(thread, status);
    for (const auto& owned : std::exchange(thread.owned, {})) {
        owned->abandon(kernel);
    }
}

void free_stacks(Kernel& kernel, const EndedThreads& ended) {
    // The last to end are the last of the list; those before them have been seen to.
    for (auto thread = ended.rbegin(); thread != ended.rend(); ++thread) {
        if (*thread == kernel.thread) {
            continue;
        }
        const LinearAddress teb = std::exchange((*thread)->teb, {});
        if (teb.value == 0) {
            return;
        }
        free_kernel_stack(kernel, (*thread)->kthread);
        free_user_part(kernel, teb);
    }
}

void free_kthreads(Kernel& kernel, EndedThreads& ended) {
    KernelMemory& memory = kernel.structures;
    const auto is_gone = [&](const std::shared_ptr<ThreadObject>& thread) {
        if (thread.use_count() > 1 || thread->teb.value != 0) {
            return false;
        }
        memory.remove(memory.place(thread->kthread, "KTHREAD", "ThreadListEntry"));
        kernel.pool->free(thread->kthread, memory.layout().size("KTHREAD"));
        return true;
    };
    ended.erase(std::remove_if(ended.begin(), ended.end(), is_gone), ended.end());
}

}  // namespace ringside::nt
