// SPDX-License-Identifier: MIT
// The one place where the host writes live trap frames.
#include "nt/exceptions/frame_edit.hpp"

#include <cstring>

#include "nt/kernel.hpp"

namespace ringside::nt {

/// While it lives, the watch lets frame writes pass.
class FrameEdit {
  public:
    explicit FrameEdit(Kernel& kernel) : kernel_(kernel) { kernel.frame_watch.permitted_ = true; }
    FrameEdit(const FrameEdit&) = delete;
    FrameEdit& operator=(const FrameEdit&) = delete;
    ~FrameEdit() { kernel_.frame_watch.permitted_ = false; }

    /// Writes as much of the frame as there is of its kind.
    void write(LinearAddress at, const KTRAP_FRAME& frame) {
        const auto bytes = std::as_bytes(std::span(&frame, 1));
        kernel_.structures.write_bytes(at, bytes.first(frame.length()));
    }

  private:
    Kernel& kernel_;
};

namespace {

// EFLAGS_USER_SANITIZE of the reference: every flag but IOPL and IF; IF is always on.
constexpr std::uint32_t eflags_user_mask = 0x003F4DD7;
constexpr std::uint32_t eflags_if = 0x200;
constexpr std::uint32_t eflags_vm = 0x20000;
constexpr std::uint32_t dr6_legal = 0xE00F;
constexpr std::uint32_t dr7_legal = 0xFFFF0155;
constexpr std::uint32_t rpl_user = 3;

std::uint32_t sanitized(std::uint32_t eflags) {
    return (eflags & eflags_user_mask) | eflags_if;
}

void set_flat_selectors(KTRAP_FRAME& frame) {
    frame.SegDs = KGDT_R3_DATA;
    frame.SegEs = KGDT_R3_DATA;
    frame.SegFs = KGDT_R3_TEB;
    frame.SegGs = 0;
}

/// Puts the parts of a context that its flags name into a frame, as far as a user may set them.
NTSTATUS apply_context(KTRAP_FRAME& frame, const CONTEXT& context) {
    const std::uint32_t flags = context.ContextFlags;
    if ((flags & CONTEXT::i386) == 0 || !frame.is_user()) {
        return STATUS_INVALID_PARAMETER;
    }
    if ((flags & CONTEXT::control) != 0) {
        if ((context.EFlags & eflags_vm) != 0) {
            return STATUS_ACCESS_DENIED;
        }
        frame.Ebp = context.Ebp;
        frame.Eip = context.Eip;
        frame.SegCs = (context.SegCs & 0xFFFF) | rpl_user;
        if (frame.SegCs < KGDT_R0_CODE) {
            frame.SegCs = KGDT_R3_CODE;
        }
        frame.EFlags = sanitized(context.EFlags);
        frame.HardwareEsp = context.Esp;
        frame.HardwareSegSs = (context.SegSs & 0xFFFF) | rpl_user;
    }
    if ((flags & CONTEXT::integer) != 0) {
        frame.Edi = context.Edi;
        frame.Esi = context.Esi;
        frame.Ebx = context.Ebx;
        frame.Edx = context.Edx;
        frame.Ecx = context.Ecx;
        frame.Eax = context.Eax;
    }
    if ((flags & CONTEXT::segments) != 0) {
        const auto user = [](std::uint32_t selector) { return (selector & 0xFFFF) | rpl_user; };
        frame.SegDs = user(context.SegDs);
        frame.SegEs = user(context.SegEs);
        frame.SegFs = user(context.SegFs);
        frame.SegGs = frame.SegCs == KGDT_R3_CODE ? 0 : user(context.SegGs);
    }
    if ((flags & CONTEXT::debug_registers) != 0) {
        frame.Dr0 = context.Dr0;
        frame.Dr1 = context.Dr1;
        frame.Dr2 = context.Dr2;
        frame.Dr3 = context.Dr3;
        frame.Dr6 = context.Dr6 & dr6_legal;
        frame.Dr7 = context.Dr7 & dr7_legal;
    }
    return STATUS_SUCCESS;
}

/// The entries into ring 0 save debug registers, and the exits load them, of threads that say so.
void set_debug_active(Kernel& kernel, LinearAddress kthread, const CONTEXT& context) {
    if ((context.ContextFlags & CONTEXT::debug_registers) == 0) {
        return;
    }
    constexpr std::uint32_t enables = 0xFF;
    KernelMemory& memory = kernel.structures;
    const std::uint32_t active = (context.Dr7 & enables) != 0 ? 1 : 0;
    memory.set(kthread, "KTHREAD", "DebugActive", active);
    const bool in_pcr = memory.layout().find("KPCR", "DebugActive") != nullptr;
    if (kthread == kernel.thread->kthread && in_pcr) {
        memory.set(kernel.boot_state.pcr, "KPCR", "DebugActive", active);
    }
}

}  // namespace

KTRAP_FRAME trap_frame_at(KernelMemory& memory, LinearAddress at) {
    KTRAP_FRAME frame;
    const auto bytes = std::as_writable_bytes(std::span(&frame, 1));
    memory.read_bytes(at, bytes.first(KTRAP_FRAME::kernel_size));
    memory.read_bytes(at + KTRAP_FRAME::kernel_size,
                      bytes.first(frame.length()).subspan(KTRAP_FRAME::kernel_size));
    return frame;
}

CONTEXT context_of(const KTRAP_FRAME& frame, LinearAddress at, std::uint32_t flags) {
    CONTEXT context{};
    context.ContextFlags = flags;
    if ((flags & CONTEXT::control) != 0) {
        context.Ebp = frame.Ebp;
        context.Eip = frame.Eip;
        context.SegCs = frame.SegCs & 0xFFFF;
        context.EFlags = frame.EFlags;
        const bool user = frame.is_user();
        context.Esp = user ? frame.HardwareEsp : at.value + KTRAP_FRAME::kernel_size;
        context.SegSs = (user ? frame.HardwareSegSs : KGDT_R0_DATA) & 0xFFFF;
    }
    if ((flags & CONTEXT::integer) != 0) {
        context.Edi = frame.Edi;
        context.Esi = frame.Esi;
        context.Ebx = frame.Ebx;
        context.Edx = frame.Edx;
        context.Ecx = frame.Ecx;
        context.Eax = frame.Eax;
    }
    if ((flags & CONTEXT::segments) != 0) {
        context.SegGs = frame.SegGs & 0xFFFF;
        context.SegFs = frame.SegFs & 0xFFFF;
        context.SegEs = frame.SegEs & 0xFFFF;
        context.SegDs = frame.SegDs & 0xFFFF;
    }
    if ((flags & CONTEXT::debug_registers) != 0 && (frame.Dr7 & dr7_legal) != 0) {
        context.Dr0 = frame.Dr0;
        context.Dr1 = frame.Dr1;
        context.Dr2 = frame.Dr2;
        context.Dr3 = frame.Dr3;
        context.Dr6 = frame.Dr6 & dr6_legal;
        context.Dr7 = frame.Dr7 & dr7_legal;
    }
    return context;
}

NTSTATUS load_context(Kernel& kernel, LinearAddress at, const CONTEXT& context) {
    auto frame = trap_frame_at(kernel.structures, at);
    const NTSTATUS applied = apply_context(frame, context);
    if (!nt_success(applied)) {
        return applied;
    }
    if ((context.ContextFlags & CONTEXT::segments) == 0) {
        // The service entries do not save these, and KiServiceExit2 loads them.
        set_flat_selectors(frame);
    }
    FrameEdit(kernel).write(at, frame);
    set_debug_active(kernel, kernel.thread->kthread, context);
    write_float_context(kernel, kernel.thread->kthread, context);
    return STATUS_SUCCESS;
}

NTSTATUS load_context_of_other(Kernel& kernel, const ThreadObject& thread, LinearAddress at,
                               const CONTEXT& context) {
    auto frame = trap_frame_at(kernel.structures, at);
    const NTSTATUS applied = apply_context(frame, context);
    if (nt_success(applied)) {
        FrameEdit(kernel).write(at, frame);
        set_debug_active(kernel, thread.kthread, context);
        write_float_context(kernel, thread.kthread, context);
    }
    return applied;
}

NTSTATUS write_first_frame(Kernel& kernel, LinearAddress at, const CONTEXT& context) {
    KTRAP_FRAME frame{};
    frame.DbgArgMark = dbg_arg_mark;
    frame.PreviousPreviousMode = 1;
    frame.ExceptionList = exception_chain_end;
    frame.SegCs = KGDT_R3_CODE;
    frame.HardwareSegSs = KGDT_R3_DATA;
    set_flat_selectors(frame);
    CONTEXT complete = context;
    complete.ContextFlags |= CONTEXT::i386 | CONTEXT::control;
    const NTSTATUS applied = apply_context(frame, complete);
    if (nt_success(applied)) {
        frame.DbgEbp = frame.Ebp;
        frame.DbgEip = frame.Eip;
        kernel.structures.write(at, frame);
    }
    return applied;
}

void redirect(Kernel& kernel, LinearAddress at, LinearAddress eip, LinearAddress esp,
              bool sanitize_flags) {
    auto frame = trap_frame_at(kernel.structures, at);
    frame.SegCs = KGDT_R3_CODE;
    frame.HardwareSegSs = KGDT_R3_DATA;
    set_flat_selectors(frame);
    frame.Eip = eip.value;
    frame.HardwareEsp = esp.value;
    if (sanitize_flags) {
        frame.EFlags = sanitized(frame.EFlags);
        frame.ErrCode = 0;
    }
    FrameEdit(kernel).write(at, frame);
}

std::uint32_t replace_eip(Kernel& kernel, LinearAddress at, LinearAddress eip) {
    auto frame = trap_frame_at(kernel.structures, at);
    const std::uint32_t old = frame.Eip;
    frame.Eip = eip.value;
    FrameEdit(kernel).write(at, frame);
    return old;
}

}  // namespace ringside::nt
