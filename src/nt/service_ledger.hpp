// SPDX-License-Identifier: MIT
#pragma once

#include <string_view>
#include <vector>

#include "guest/service_state.hpp"
#include "nt/profile.hpp"

namespace ringside::nt {

struct LedgerRow {
    std::string_view service;
    guest::ServiceStanding standing;
};

/// data/nt/services.tsv: every service that a profile names, and every one that has a body, by
/// name.
[[nodiscard]] const std::vector<LedgerRow>& service_ledger();

/// Null for a name that the ledger does not have.
[[nodiscard]] const LedgerRow* find_in_ledger(std::string_view name);

/// How far the service of that name goes; absent for a name that the ledger does not have.
[[nodiscard]] guest::ServiceStanding standing_of(std::string_view name);

/// The same for a number of a table. A body serves it only if it takes as many argument bytes.
[[nodiscard]] guest::ServiceStanding standing_of(const ServiceNumber& number);

}  // namespace ringside::nt
