// SPDX-License-Identifier: MIT
#include "guest/placement.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/bits.hpp"
#include "base/ensure.hpp"

namespace ringside::guest {

void Placement::claim(unsigned owner, std::string_view name, PhysicalAddress at,
                      std::uint64_t size) {
    const std::uint64_t begin = at.value;
    const std::uint64_t end = begin + size;
    if (end > std::uint64_t{1} << 32) {
        throw InputError(
            2, fmt::format("{}: {} bytes at {:#x} reach beyond 4 GiB", name, size, at.value));
    }
    for (const Stretch& other : stretches_) {
        if (begin < other.end && other.begin < end && other.owner != owner) {
            throw InputError(2, fmt::format("{} at {:#x} overlaps {} at {:#x}", name, begin,
                                            other.name, other.begin));
        }
    }
    if (size != 0) {
        stretches_.push_back({owner, std::string(name), begin, end});
    }
}

const Placement::Stretch* Placement::overlapping(std::uint64_t begin, std::uint64_t end) const {
    const auto found = std::find_if(
        stretches_.begin(), stretches_.end(),
        [begin, end](const Stretch& other) { return begin < other.end && other.begin < end; });
    return found != stretches_.end() ? &*found : nullptr;
}

std::optional<PhysicalAddress> Placement::hole(std::uint64_t size, std::uint64_t lowest,
                                               std::uint64_t highest) const {
    std::uint64_t at = align_up<std::uint64_t>(lowest, page_size);
    while (at + size <= highest) {
        const Stretch* const other = overlapping(at, at + std::max<std::uint64_t>(size, 1));
        if (other == nullptr) {
            return PhysicalAddress{static_cast<std::uint32_t>(at)};
        }
        at = align_up<std::uint64_t>(other->end, page_size);
    }
    return std::nullopt;
}

}  // namespace ringside::guest
