// SPDX-License-Identifier: MIT
#pragma once

#include "nt/test_kernel.hpp"

namespace ringside::nt {

/// A booted kernel without a CPU that makes threads; switches are the test's to play.
class TestThreads : public TestKernel {
  public:
    static constexpr std::uint32_t start = 0x00401000;
    static constexpr std::uint32_t stack_base = 0x00500000;

    TestThreads() : TestThreads(World{}) {}
    explicit TestThreads(const World& world) : TestKernel(world), first_id(kernel->thread->id) {}

    /// What a creator of a thread passes (RtlInitializeContext).
    static CONTEXT context() {
        CONTEXT context{};
        context.ContextFlags = CONTEXT::full;
        context.SegCs = 0x18;
        context.SegDs = context.SegEs = context.SegSs = 0x20;
        context.SegFs = 0x38;
        context.EFlags = 0x3000;
        context.Eax = 0x00402000;
        context.Eip = start;
        context.Esp = stack_base - 8;
        return context;
    }
    static INITIAL_TEB initial_teb() {
        return {0, 0, stack_base, stack_base - 0x1000, stack_base - 0x10000};
    }

    struct Created {
        NTSTATUS status;
        std::uint32_t handle = 0;
        std::uint32_t id = 0;
    };
    Created create(const CONTEXT& at = context(), bool suspended = false,
                   const INITIAL_TEB& stack = initial_teb()) {
        if (out_ == 0) {
            out_ = scratch(12);
            context_ = scratch(sizeof(CONTEXT));
            teb_ = scratch(sizeof(INITIAL_TEB));
        }
        write(context_, at);
        write(teb_, stack);
        const NTSTATUS status = call("NtCreateThread", {out_, 0x1F03FF, 0, 0xFFFFFFFF, out_ + 4,
                                                        context_, teb_, suspended ? 1U : 0U});
        return {status, get<std::uint32_t>(out_), get<std::uint32_t>(out_ + 8)};
    }

    /// As SwapContext leaves it: the guest has switched, which the next hypercall finds out.
    void switch_to(std::uint32_t id) {
        KernelMemory& memory = kernel->structures;
        const LinearAddress prcb = memory.place(kernel->boot_state.pcr, "KPCR", "PrcbData");
        memory.set(prcb, "KPRCB", "CurrentThread", kernel->dispatcher.thread_of(id)->kthread.value);
        static_cast<void>(kernel->hypercall(0, LinearAddress{}, now));
        REQUIRE(kernel->thread->id == id);
    }

    [[nodiscard]] KTRAP_FRAME frame_of(std::uint32_t id) {
        const auto thread = kernel->dispatcher.thread_of(id);
        return kernel->structures.read<KTRAP_FRAME>(LinearAddress{
            kernel->structures.get(thread->kthread, "KTHREAD", "InitialStack") - 0x29C});
    }

    const std::uint32_t first_id;

  private:
    template <typename T>
    void write(std::uint32_t to, const T& value) {
        REQUIRE(kernel->user_memory.write(LinearAddress{to}, std::as_bytes(std::span(&value, 1)),
                                          guest::ProcessorMode::user));
    }

    std::uint32_t out_ = 0;
    std::uint32_t context_ = 0;
    std::uint32_t teb_ = 0;
};

}  // namespace ringside::nt
