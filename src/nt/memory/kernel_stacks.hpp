// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "nt/memory/page_tables.hpp"

namespace ringside::nt {

/// A kernel stack: `limit` is its lowest mapped byte, `top` the end.
struct KernelStack {
    LinearAddress limit;
    LinearAddress top;

    template <typename A>
    void persist(A& archive) {
        persist_all(archive, limit, top);
    }
};

inline constexpr std::uint32_t kernel_stack_size = 0x3000;
/// What a thread's stack may grow to once it is a GUI thread's.
inline constexpr std::uint32_t large_kernel_stack_reserve = 0xF000;

/// Kernel stacks from 0xF8000000 up, each above a page that is never mapped, so that an overflow is
/// a fault. A freed stack is the next one given out of its size.
class KernelStacks {
  public:
    KernelStacks(PageTables& tables, PageAllocator& pages) : tables_(tables), pages_(pages) {}

    /// `reserved` bytes of address space, the top `committed` of them mapped; both whole pages.
    /// Nothing when no page or address is left.
    [[nodiscard]] std::optional<KernelStack> allocate(std::uint32_t committed,
                                                      std::uint32_t reserved);
    /// Maps down to `limit`, which must lie within the reserve. False when no page is left.
    [[nodiscard]] bool grow(KernelStack& stack, LinearAddress limit);
    void free(const KernelStack& stack, std::uint32_t reserved);
    template <typename A>
    void persist(A& archive) {
        persist_all(archive, next_, freed_);
    }

    static constexpr LinearAddress base{0xF8000000};
    static constexpr LinearAddress end{0xFF000000};

  private:
    PageTables& tables_;
    PageAllocator& pages_;
    LinearAddress next_ = base;
    std::map<std::uint32_t, std::vector<KernelStack>> freed_;
};

}  // namespace ringside::nt
