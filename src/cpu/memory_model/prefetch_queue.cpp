// SPDX-License-Identifier: MIT
#include "cpu/memory_model/prefetch_queue.hpp"

#include <algorithm>

#include "cpu/memory_model/bus.hpp"

namespace ringside::cpu::memory_model {

std::uint32_t PrefetchQueue::restart(std::uint32_t address, std::uint32_t length) {
    const std::uint32_t cycles = units_touched(address, length, width);
    bytes_ = cycles * width - (address & (width - 1)) - length;
    begun_ = 0;
    return cycles;
}

void PrefetchQueue::fill(std::uint64_t idle_clocks) {
    const std::uint32_t room = (capacity_ - bytes_) / width;
    const std::uint64_t clocks = begun_ + idle_clocks;
    const std::uint64_t fetched = std::min<std::uint64_t>(clocks / cycle_, room);
    bytes_ += static_cast<std::uint32_t>(fetched) * width;
    begun_ = fetched == room ? 0 : clocks - fetched * cycle_;
}

std::uint64_t PrefetchQueue::take(std::uint32_t length) {
    if (length <= bytes_) {
        bytes_ -= length;
        return 0;
    }
    const std::uint32_t missing = units_touched(0, length - bytes_, width);
    const std::uint64_t wait = std::uint64_t{missing} * cycle_ - begun_;
    bytes_ += missing * width - length;
    begun_ = 0;
    return wait;
}

}  // namespace ringside::cpu::memory_model
