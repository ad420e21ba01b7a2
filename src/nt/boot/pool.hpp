// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "nt/memory/page_tables.hpp"
#include "nt/structures/kernel_memory.hpp"

namespace ringside::nt {

/// The nonpaged pool from 0x81000000: kernel structures that the host makes for the guest. Blocks
/// come zeroed, in rising order, and a freed block of the same size is used first.
class Pool {
  public:
    Pool(PageTables& tables, PageAllocator& pages, KernelMemory& memory)
        : tables_(tables), pages_(pages), memory_(memory) {}

    [[nodiscard]] std::optional<LinearAddress> allocate(std::uint32_t size);
    void free(LinearAddress block, std::uint32_t size);
    template <typename A>
    void persist(A& archive) {
        persist_all(archive, next_, mapped_, freed_);
        archive.require(next_ - base <= largest && mapped_ - base <= largest + page_size,
                        "the pool is larger than it can be");
    }

    static constexpr LinearAddress base{0x81000000};
    static constexpr std::uint32_t largest = 0x00400000;

  private:
    PageTables& tables_;
    PageAllocator& pages_;
    KernelMemory& memory_;
    LinearAddress next_ = base;
    LinearAddress mapped_ = base;
    std::map<std::uint32_t, std::vector<LinearAddress>> freed_;
};

}  // namespace ringside::nt
