// SPDX-License-Identifier: MIT
#pragma once

#include <compare>
#include <cstdint>

#include <fmt/format.h>

namespace ringside {

/// A 32-bit number of one address space. Kinds do not mix; arithmetic wraps at 4 GiB.
template <typename Kind>
struct Address {
    std::uint32_t value{};

    friend constexpr auto operator<=>(Address, Address) = default;
    friend constexpr Address operator+(Address a, std::uint32_t delta) { return {a.value + delta}; }
    friend constexpr Address operator-(Address a, std::uint32_t delta) { return {a.value - delta}; }
    friend constexpr std::uint32_t operator-(Address a, Address b) { return a.value - b.value; }
    constexpr Address& operator+=(std::uint32_t delta) {
        value += delta;
        return *this;
    }
};

struct LinearKind {
    static constexpr char letter = 'L';
};
struct PhysicalKind {
    static constexpr char letter = 'P';
};

/// What segmentation produces and paging consumes. Prints as `L:80461000`.
using LinearAddress = Address<LinearKind>;

/// What paging produces. Prints as `P:00002000`.
using PhysicalAddress = Address<PhysicalKind>;

inline constexpr std::uint32_t page_size = 4096;
inline constexpr std::uint32_t page_mask = page_size - 1;

template <typename Kind>
constexpr Address<Kind> page_of(Address<Kind> a) {
    return {a.value & ~page_mask};
}
template <typename Kind>
constexpr std::uint32_t page_offset(Address<Kind> a) {
    return a.value & page_mask;
}

}  // namespace ringside

template <typename Kind>
struct fmt::formatter<ringside::Address<Kind>> {
    constexpr auto parse(format_parse_context& context) { return context.begin(); }
    template <typename Context>
    auto format(ringside::Address<Kind> address, Context& context) const {
        return fmt::format_to(context.out(), "{}:{:08X}", Kind::letter, address.value);
    }
};
