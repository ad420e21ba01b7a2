// SPDX-License-Identifier: MIT
#include "nt/memory/page_allocator.hpp"

#include <array>

#include "base/ensure.hpp"

namespace ringside::nt {

std::optional<PhysicalAddress> PageAllocator::allocate() {
    PhysicalAddress page{next_};
    if (!freed_.empty()) {
        page.value = freed_.back();
        freed_.pop_back();
        static constexpr std::array<std::byte, page_size> zeros{};
        memory_.write_bytes(page, zeros);
    } else if (std::uint64_t{next_} + page_size <= memory_.size()) {
        next_ += page_size;
    } else {
        return std::nullopt;
    }
    taken_[page.value / page_size] = true;
    return page;
}

void PageAllocator::free(PhysicalAddress page) {
    const std::size_t number = page.value / page_size;
    ensure(page_offset(page) == 0 && number < taken_.size() && taken_[number],
           "a page is freed once");
    taken_[number] = false;
    freed_.push_back(page.value);
}

}  // namespace ringside::nt
