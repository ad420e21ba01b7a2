// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/address.hpp"
#include "guest/stub_form.hpp"
#include "nt/structures/layout.hpp"

namespace ringside::nt {

/// One number of a service table. The profile is the only home of numbers and argument bytes.
struct ServiceNumber {
    std::uint32_t index{};  ///< As in EAX: win32k's begin at 0x1000.
    std::string name;
    std::uint8_t argument_bytes{};
    /// Where assumed argument bytes come from (data/profiles/*.tsv); empty: they are known.
    std::string assumed{};
};

/// What KUSER_SHARED_DATA has at +0x300 for the stubs of ring 3.
enum class SystemCallSlot : std::uint8_t {
    none,     ///< nothing: stubs execute INT 2Eh themselves
    code,     ///< the entry's code itself
    pointer,  ///< the entry's address, and at +0x304 where SYSENTER returns
};

/// Something that no public source settles, with the value chosen here.
struct Assumption {
    std::string what;
    std::string value;
    std::string why;
};

/// What makes one Windows version different from the next, all of it data.
struct Profile {
    std::string name;
    std::string title;  ///< What a reader calls it: "Windows 2000 SP4".
    std::uint32_t major{};
    std::uint32_t minor{};
    std::uint32_t build{};
    std::u16string service_pack;
    std::uint32_t csd_version{};          ///< PEB.OSCSDVersion
    std::vector<ServiceNumber> services;  ///< KiServiceTable, by index, without gaps.
    std::vector<ServiceNumber> win32k;    ///< W32pServiceTable, the same.
    Layout layout;

    LinearAddress kernel_base{};
    LinearAddress pcr{};
    LinearAddress page_tables{};  ///< Where the recursive directory entry shows them.
    /// 100 ns between clock interrupts, and what turns ticks into milliseconds << 24.
    std::uint32_t time_increment{};
    std::uint32_t tick_count_multiplier{};
    std::uint32_t performance_frequency{};

    bool sysenter{};  ///< The system asks CPUID for SYSENTER; older ones know nothing of it.
    SystemCallSlot system_call{};
    guest::StubForm stub{};          ///< Of the stubs in ntdll.dll.
    std::uint32_t callback_frame{};  ///< Bytes below the arguments of a user callback.
    std::uint32_t apc_seh_record{};  ///< Bytes behind the CONTEXT of a user APC.

    std::vector<Assumption> assumptions;

    /// Of both tables.
    [[nodiscard]] const ServiceNumber* find_service(std::string_view name) const;
};

inline constexpr std::uint32_t win32k_base = 0x1000;

/// The profiles there are, oldest first.
[[nodiscard]] std::vector<std::string> profile_names();

/// The name as a part of an embedded file's: reactos_0_2.
[[nodiscard]] std::string profile_id(std::string_view name);

/// The profile of that name. Throws InputError (2) for one that does not exist.
[[nodiscard]] Profile load_profile(std::string_view name);

}  // namespace ringside::nt
