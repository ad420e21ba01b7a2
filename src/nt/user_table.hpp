// SPDX-License-Identifier: MIT
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "guest/service_list.hpp"
#include "nt/profile.hpp"

namespace ringside::nt {

/// The nt table that a user's own list makes of a profile's: its rows from number 0 on, and behind
/// them, in their order, the profile's services that it does not name, so that the system's own
/// DLLs go on working. A name keeps its body. Throws InputError (2) when the list gives a service
/// with a body other argument bytes than the body takes, or when the two do not fit into a table.
[[nodiscard]] std::vector<ServiceNumber> with_user_table(
    const Profile& profile, std::string_view file, std::span<const guest::ListedService> list);

}  // namespace ringside::nt
