// SPDX-License-Identifier: MIT
#include "verify/memory.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <iterator>

#include "base/bits.hpp"
#include "base/ensure.hpp"

namespace ringside::verify {
namespace {

constexpr std::uint64_t multiplier = 0x9E3779B97F4A7C15;  // 2^64 over the golden ratio

std::uint64_t mixed(std::uint64_t state, std::uint64_t word) {
    state = (state ^ word) * multiplier;
    return state ^ (state >> 29);
}

/// Four sums side by side, since each waits for its multiplication.
std::uint64_t page_digest(const std::byte* page, std::uint64_t seed) {
    std::array<std::uint64_t, 4> sums{seed, seed + 1, seed + 2, seed + 3};
    for (std::uint32_t at = 0; at < page_size; at += 32) {
        for (std::uint32_t lane = 0; lane < 4; ++lane) {
            sums[lane] = mixed(sums[lane], load<std::uint64_t>(page + at + lane * 8));
        }
    }
    return mixed(mixed(sums[0], sums[1]), mixed(sums[2], sums[3]));
}

}  // namespace

std::optional<MemoryDifference> first_difference(const mmu::PhysicalMemory& a,
                                                 const mmu::PhysicalMemory& b) {
    ensure(a.size() == b.size(), "memories of one size");
    const std::vector<PhysicalAddress> of_a = a.touched_pages();
    const std::vector<PhysicalAddress> of_b = b.touched_pages();
    std::vector<PhysicalAddress> pages;
    std::set_union(of_a.begin(), of_a.end(), of_b.begin(), of_b.end(), std::back_inserter(pages));
    for (const PhysicalAddress page : pages) {
        const std::byte* const first = a.host(page);
        const std::byte* const second = b.host(page);
        if (std::memcmp(first, second, page_size) == 0) {
            continue;
        }
        const auto [x, y] = std::mismatch(first, first + page_size, second);
        return MemoryDifference{page + static_cast<std::uint32_t>(x - first),
                                std::to_integer<std::uint8_t>(*x),
                                std::to_integer<std::uint8_t>(*y)};
    }
    return std::nullopt;
}

std::uint64_t digest(const mmu::PhysicalMemory& memory, const std::vector<PhysicalAddress>& pages) {
    std::uint64_t sum = 0;
    for (const PhysicalAddress page : pages) {
        sum = mixed(sum, page_digest(memory.host(page), page.value));
    }
    return sum;
}

std::uint64_t digest(std::string_view text) {
    std::uint64_t sum = text.size();
    for (const char c : text) {
        sum = mixed(sum, static_cast<unsigned char>(c));
    }
    return sum;
}

}  // namespace ringside::verify
