// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "nt/structures/layout.hpp"

namespace ringside::nt {

/// One number of a service table. The profile is the only home of numbers and argument bytes.
struct ServiceNumber {
    std::uint32_t index{};  ///< As in EAX: win32k's begin at 0x1000.
    std::string name;
    std::uint8_t argument_bytes{};
};

/// What makes one Windows version different from the next, all of it data.
struct Profile {
    std::string name;
    std::uint32_t major{};
    std::uint32_t minor{};
    std::uint32_t build{};
    std::u16string service_pack;
    std::vector<ServiceNumber> services;  ///< KiServiceTable, by index, without gaps.
    std::vector<ServiceNumber> win32k;    ///< W32pServiceTable, the same.
    Layout layout;
    /// 100 ns between clock interrupts, and what turns ticks into milliseconds << 24.
    std::uint32_t time_increment{};
    std::uint32_t tick_count_multiplier{};
    std::uint32_t performance_frequency{};

    [[nodiscard]] const ServiceNumber* find_service(std::string_view name) const;
};

inline constexpr std::uint32_t win32k_base = 0x1000;

/// The profile of that name. Throws InputError (2) for one that does not exist.
[[nodiscard]] Profile load_profile(std::string_view name);

}  // namespace ringside::nt
