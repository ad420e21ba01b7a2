// SPDX-License-Identifier: MIT
#include "nt/scheduling/thread_creation.hpp"

#include "nt/exceptions/exceptions.hpp"
#include "nt/exceptions/frame_edit.hpp"
#include "nt/kernel.hpp"
#include "nt/ktrap_frame.hpp"
#include "nt/scheduling/kthread.hpp"

namespace ringside::nt {
namespace {

constexpr std::uint32_t id_step = 4;
/// TEBs stand below the PEB. So many pages further down there is no room for another.
constexpr std::uint32_t most_tebs = 0x8000;

/// The highest free page below the PEB, where the first thread's TEB stands too.
std::optional<LinearAddress> place_teb(Kernel& kernel) {
    LinearAddress at = kernel.process->peb;
    for (std::uint32_t i = 0; i < most_tebs; ++i) {
        at = at - page_size;
        if (kernel.memory.space().is_free(at, page_size)) {
            return kernel.memory.place_private(at, page_size, PAGE_READWRITE) ? std::optional(at)
                                                                              : std::nullopt;
        }
    }
    return std::nullopt;
}

/// What a half-made thread holds; given back unless it is kept.
class Parts {
  public:
    explicit Parts(Kernel& kernel) : kernel_(kernel) {}
    Parts(const Parts&) = delete;
    Parts& operator=(const Parts&) = delete;
    ~Parts() {
        if (kept) {
            return;
        }
        if (teb) {
            std::uint32_t whole = 0;
            static_cast<void>(kernel_.memory.free(*teb, whole, MEM_RELEASE));
        }
        if (stack) {
            kernel_.stacks.free(*stack, kernel_stack_size);
        }
        if (kthread) {
            kernel_.pool->free(*kthread, kernel_.profile.layout.size("KTHREAD"));
        }
    }

    std::optional<LinearAddress> kthread;
    std::optional<KernelStack> stack;
    std::optional<LinearAddress> teb;
    bool kept = false;

  private:
    Kernel& kernel_;
};

}  // namespace

void initialize_teb(Kernel& kernel, LinearAddress teb, const CLIENT_ID& id,
                    const UserStackBounds& stack) {
    KernelMemory& memory = kernel.structures;
    const LinearAddress tib = memory.place(teb, "TEB", "NtTib");
    memory.set(tib, "NT_TIB", "ExceptionList", exception_chain_end);
    memory.set(tib, "NT_TIB", "StackBase", stack.base.value);
    memory.set(tib, "NT_TIB", "StackLimit", stack.limit.value);
    memory.set(tib, "NT_TIB", "Self", teb.value);
    memory.write(memory.place(teb, "TEB", "ClientId"), id);
    memory.write(memory.place(teb, "TEB", "RealClientId"), id);
    memory.set(teb, "TEB", "ProcessEnvironmentBlock", kernel.process->peb.value);
    memory.set(teb, "TEB", "DeallocationStack", stack.deallocation.value);
    // StaticUnicodeString is ready for use: empty, its buffer the one behind it.
    const LinearAddress string = memory.place(teb, "TEB", "StaticUnicodeString");
    memory.write(string + 2, std::uint16_t{261 * 2});
    memory.write(string + 4, memory.place(teb, "TEB", "StaticUnicodeBuffer").value);
}

Expected<LinearAddress, NTSTATUS> initialize_user_thread(Kernel& kernel, LinearAddress kthread,
                                                         LinearAddress teb,
                                                         const CONTEXT& context) {
    KernelMemory& memory = kernel.structures;
    const LinearAddress top{memory.get(kthread, "KTHREAD", "InitialStack")};
    const LinearAddress frame = top - base_frame_below_stack;
    const NTSTATUS written = write_first_frame(kernel, frame, context);
    if (!nt_success(written)) {
        return Unexpected{written};
    }
    memory.set(kthread, "KTHREAD", "Teb", teb.value);
    memory.set(kthread, "KTHREAD", "PreviousMode", 1);
    memory.set(kthread, "KTHREAD", "TrapFrame", frame.value);
    return frame;
}

Expected<std::shared_ptr<ThreadObject>, NTSTATUS> PspCreateThread(Kernel& kernel,
                                                                  const CONTEXT& context,
                                                                  const UserStackBounds& stack) {
    kernel.dispatcher.free_ended();
    KernelMemory& memory = kernel.structures;
    Parts parts(kernel);
    parts.kthread = kernel.pool->allocate(memory.layout().size("KTHREAD"));
    parts.stack = kernel.stacks.allocate(kernel_stack_size, kernel_stack_size);
    if (!parts.kthread || !parts.stack) {
        return Unexpected{STATUS_INSUFFICIENT_RESOURCES};
    }
    const LinearAddress kthread = *parts.kthread;
    const LinearAddress kprocess = kernel.process->kprocess;
    initialize_kthread(kernel, kthread, kprocess, *parts.stack);
    parts.teb = place_teb(kernel);
    if (!parts.teb || !nt_success(kernel.memory.access_fault(*parts.teb, mmu::Access::write))) {
        return Unexpected{STATUS_NO_MEMORY};
    }
    const auto frame = initialize_user_thread(kernel, kthread, *parts.teb, context);
    if (!frame) {
        return Unexpected{frame.error()};
    }
    push_start_frame(kernel, kthread, *frame,
                     {.system_routine = kernel.boot_state.user_thread_startup,
                      .start_routine = {context.Eip},
                      .start_context = 0,
                      .user_thread = true});

    auto thread = std::make_shared<ThreadObject>();
    thread->id = kernel.process->last_id += id_step;
    thread->kthread = kthread;
    thread->teb = *parts.teb;
    thread->start_address = {context.Eax};  // kernel32's thunk finds the routine there
    thread->create_time = kernel.system_time().ticks;
    thread->priority = memory.get(kthread, "KTHREAD", "Priority");
    thread->quantum = static_cast<std::int32_t>(memory.get(kthread, "KTHREAD", "Quantum"));
    initialize_teb(kernel, thread->teb, {kernel.process->id, thread->id}, stack);
    memory.insert_tail(memory.place(kprocess, "KPROCESS", "ThreadListHead"),
                       memory.place(kthread, "KTHREAD", "ThreadListEntry"));
    kernel.dispatcher.add(thread);
    parts.kept = true;
    return thread;
}

bool PspUserThreadStartup(Kernel& kernel) {
    const LinearAddress loader = kernel.boot_state.loader_init_routine;
    if (loader.value == 0) {
        return true;
    }
    if (!nt_success(queue_user_apc(kernel, *kernel.thread, loader.value, 0,
                                   kernel.boot_state.ntdll_base.value, 0))) {
        return false;
    }
    KernelMemory& memory = kernel.structures;
    memory.set(memory.place(kernel.thread->kthread, "KTHREAD", "ApcState"), "KAPC_STATE",
               "UserApcPending", 1);
    return true;
}

}  // namespace ringside::nt
