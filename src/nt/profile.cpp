// SPDX-License-Identifier: MIT
#include "nt/profile.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <embedded/nt.hpp>

#include "base/ensure.hpp"
#include "nt/structures/rows.hpp"

namespace ringside::nt {
namespace {

void add_services(Profile& profile, std::span<const std::byte> table) {
    for (const Row& row : rows_of(table)) {
        ensure(row.size() == 4, "profile: a row has four fields");
        const auto index = parse_number(row[0]);
        const auto bytes = parse_number(row[2]);
        ensure(index && bytes && *bytes <= 0xFC && *bytes % 4 == 0, "profile: bad number");
        auto& services = row[3] == "win32k" ? profile.win32k : profile.services;
        const std::uint32_t first = row[3] == "win32k" ? win32k_base : 0;
        ensure(*index == first + services.size(), "profile: a table has no gaps");
        services.push_back({.index = static_cast<std::uint32_t>(*index),
                            .name = std::string(row[1]),
                            .argument_bytes = static_cast<std::uint8_t>(*bytes)});
    }
}

}  // namespace

const ServiceNumber* Profile::find_service(std::string_view service) const {
    const auto found =
        std::find_if(services.begin(), services.end(),
                     [service](const ServiceNumber& row) { return row.name == service; });
    return found != services.end() ? &*found : nullptr;
}

Profile load_profile(std::string_view name) {
    if (name != "xp") {
        throw InputError(2, fmt::format("--os {}: no such profile; this build has xp", name));
    }
    Profile profile{.name = "xp",
                    .major = 5,
                    .minor = 1,
                    .build = 2600,
                    .service_pack = u"Service Pack 3",
                    .services = {},
                    .win32k = {},
                    .layout = Layout(embedded::nt_structures_xp()),
                    .time_increment = 156'250,
                    .tick_count_multiplier = 0x0FA00000,
                    .performance_frequency = 3'579'545};
    add_services(profile, embedded::nt_services_xp());
    return profile;
}

}  // namespace ringside::nt
