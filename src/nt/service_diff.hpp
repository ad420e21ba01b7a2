// SPDX-License-Identifier: MIT
#pragma once

#include "guest/personality.hpp"
#include "nt/profile.hpp"

namespace ringside::nt {

/// What changes between the nt tables of two profiles: services that only one of them has, other
/// numbers, other argument bytes. In the order of the first one's numbers, then of the second's.
[[nodiscard]] guest::View service_diff(const Profile& from, const Profile& to);

}  // namespace ringside::nt
