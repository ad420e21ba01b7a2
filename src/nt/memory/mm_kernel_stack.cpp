// SPDX-License-Identifier: MIT
#include "nt/memory/mm_kernel_stack.hpp"

#include "nt/kernel.hpp"

namespace ringside::nt {
namespace {

/// What must be left of a kernel stack for the services that a callback will call.
constexpr std::uint32_t callback_stack_room = 0x3000;

/// The fields of a KTHREAD are the guest's to spoil.
bool is_kernel_stack(LinearAddress limit, LinearAddress base) {
    return page_offset(limit) == 0 && page_offset(base) == 0 && limit < base &&
           limit >= KernelStacks::base && base < KernelStacks::end;
}

}  // namespace

std::uint32_t MmCreateKernelStack(Kernel& kernel, bool large, LinearAddress limit_to) {
    const auto stack = kernel.stacks.allocate(
        kernel_stack_size, large ? large_kernel_stack_reserve : kernel_stack_size);
    if (!stack) {
        return 0;
    }
    kernel.structures.write(limit_to, stack->limit.value);
    return stack->top.value;
}

void MmDeleteKernelStack(Kernel& kernel, LinearAddress base) {
    const KernelStack stack{.limit = base - kernel_stack_size, .top = base};
    if (is_kernel_stack(stack.limit, stack.top)) {
        kernel.stacks.free(stack, kernel_stack_size);
    }
}

NTSTATUS MmGrowKernelStack(Kernel& kernel, LinearAddress esp) {
    KernelMemory& memory = kernel.structures;
    const LinearAddress kthread = kernel.thread->kthread;
    const bool large = memory.get(kthread, "KTHREAD", "LargeStack") != 0;
    KernelStack stack{.limit = {memory.get(kthread, "KTHREAD", "StackLimit")},
                      .top = {memory.get(kthread, "KTHREAD", "StackBase")}};
    const std::uint32_t reserve = large ? large_kernel_stack_reserve : kernel_stack_size;
    if (!is_kernel_stack(stack.limit, stack.top) || esp <= stack.limit || esp > stack.top) {
        return STATUS_STACK_OVERFLOW;
    }
    const LinearAddress wanted = page_of(esp - callback_stack_room);
    if (stack.top - wanted > reserve) {
        return STATUS_STACK_OVERFLOW;
    }
    const bool grown = kernel.stacks.grow(stack, wanted);
    memory.set(kthread, "KTHREAD", "StackLimit", stack.limit.value);
    return grown ? STATUS_SUCCESS : STATUS_NO_MEMORY;
}

}  // namespace ringside::nt
