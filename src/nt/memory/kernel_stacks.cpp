// SPDX-License-Identifier: MIT
#include "nt/memory/kernel_stacks.hpp"

namespace ringside::nt {

std::optional<KernelStack> KernelStacks::allocate(std::uint32_t committed, std::uint32_t reserved) {
    if (auto& same = freed_[reserved]; !same.empty()) {
        KernelStack stack = same.back();
        if (!grow(stack, stack.top - committed)) {
            return std::nullopt;
        }
        same.pop_back();
        return stack;
    }
    const std::uint32_t slot = page_size + reserved;
    if (end - next_ < slot) {
        return std::nullopt;
    }
    const LinearAddress top = next_ + slot;
    KernelStack stack{.limit = top, .top = top};
    if (!grow(stack, top - committed)) {
        return std::nullopt;
    }
    next_ = top;
    return stack;
}

bool KernelStacks::grow(KernelStack& stack, LinearAddress limit) {
    while (stack.limit > limit) {
        const auto page = pages_.allocate();
        const auto bits = mmu::entry::present | mmu::entry::writable;
        if (!page || !tables_.set(stack.limit - page_size, page->value | bits)) {
            return false;
        }
        stack.limit = stack.limit - page_size;
    }
    return true;
}

void KernelStacks::free(const KernelStack& stack, std::uint32_t reserved) {
    freed_[reserved].push_back(stack);
}

}  // namespace ringside::nt
