// SPDX-License-Identifier: MIT
#include "nt/boot/pool.hpp"

namespace ringside::nt {
namespace {

constexpr std::uint32_t block_alignment = 8;

}  // namespace

std::optional<LinearAddress> Pool::allocate(std::uint32_t size) {
    const std::uint32_t rounded = align_up(size, block_alignment);
    if (auto& same = freed_[rounded]; !same.empty()) {
        const LinearAddress block = same.back();
        same.pop_back();
        memory_.write_bytes(block, std::vector<std::byte>(rounded));
        return block;
    }
    if (next_ - base + rounded > largest) {
        return std::nullopt;
    }
    while (mapped_ - base < next_ - base + rounded) {
        const auto page = pages_.allocate();
        const auto bits = mmu::entry::present | mmu::entry::writable;
        if (!page || !tables_.set(mapped_, page->value | bits)) {
            return std::nullopt;
        }
        mapped_ += page_size;
    }
    const LinearAddress block = next_;
    next_ += rounded;
    return block;
}

void Pool::free(LinearAddress block, std::uint32_t size) {
    // Only what was handed out comes back into use; a guest may have linked in something else.
    if (block >= base && block < next_) {
        freed_[align_up(size, block_alignment)].push_back(block);
    }
}

}  // namespace ringside::nt
