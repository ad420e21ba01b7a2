// SPDX-License-Identifier: MIT
#include "nt/win32k/gui_thread.hpp"

#include "nt/kernel.hpp"

namespace ringside::nt {
namespace {

/// W32THREAD: the KTHREAD it belongs to, and a reference count. The rest is win32k's own.
constexpr std::uint32_t w32thread_size = 0x28;

NTSTATUS write_user(Kernel& kernel, LinearAddress to, std::uint32_t value) {
    const auto written = kernel.user_memory.write(to, std::as_bytes(std::span(&value, 1)),
                                                  guest::ProcessorMode::user);
    return written ? STATUS_SUCCESS : NTSTATUS{written.error().status};
}

}  // namespace

NTSTATUS PspW32ThreadCallout(Kernel& kernel) {
    KernelMemory& memory = kernel.structures;
    ThreadObject& thread = *kernel.thread;
    const auto block = kernel.pool->allocate(w32thread_size);
    if (!block) {
        return STATUS_NO_MEMORY;
    }
    memory.write(*block, thread.kthread.value);
    memory.write(*block + 4, std::uint32_t{1});
    memory.set(thread.kthread, "KTHREAD", "Win32Thread", block->value);
    thread.gui.emplace().w32thread = *block;
    // What tells user code that its thread is one; a TEB that cannot be written is its own loss.
    static_cast<void>(
        write_user(kernel, memory.place(thread.teb, "TEB", "Win32ThreadInfo"), block->value));
    return STATUS_SUCCESS;
}

void end_gui_thread(Kernel& kernel, ThreadObject& thread) {
    if (thread.gui) {
        kernel.pool->free(thread.gui->w32thread, w32thread_size);
        thread.gui.reset();
    }
}

NTSTATUS KeGdiFlushUserBatch(Kernel& kernel) {
    KernelMemory& memory = kernel.structures;
    ThreadObject& thread = *kernel.thread;
    const LinearAddress count_at = memory.place(thread.teb, "TEB", "GdiBatchCount");
    std::uint32_t count = 0;
    const auto read = kernel.user_memory.read(
        count_at, std::as_writable_bytes(std::span(&count, 1)), guest::ProcessorMode::user);
    if (!read) {
        return NTSTATUS{read.error().status};
    }
    const LinearAddress batch = memory.place(thread.teb, "TEB", "GdiTebBatch");
    for (const LinearAddress at : {memory.place(batch, "GDI_TEB_BATCH", "Offset"),
                                   memory.place(batch, "GDI_TEB_BATCH", "HDC"), count_at}) {
        const NTSTATUS written = write_user(kernel, at, 0);
        if (!nt_success(written)) {
            return written;
        }
    }
    if (thread.gui && count != 0) {
        ++thread.gui->batches;
        thread.gui->commands += count;
    }
    return STATUS_SUCCESS;
}

}  // namespace ringside::nt
