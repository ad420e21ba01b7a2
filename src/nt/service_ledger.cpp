// SPDX-License-Identifier: MIT
#include "nt/service_ledger.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <embedded/nt.hpp>

#include "base/ensure.hpp"
#include "nt/service_table.hpp"
#include "nt/structures/rows.hpp"

namespace ringside::nt {

const std::vector<LedgerRow>& service_ledger() {
    static const std::vector<LedgerRow> ledger = [] {
        std::vector<LedgerRow> rows;
        for (const Row& row : rows_of(embedded::nt_service_ledger())) {
            ensure(row.size() == 2 || row.size() == 3, "services: a row has two fields or three");
            const auto state = guest::state_of_word(row[1]);
            ensure(state.has_value(), fmt::format("services: {} is no state", row[1]));
            rows.push_back({row[0], {*state, row.size() == 3 ? row[2] : std::string_view{}}});
        }
        return rows;
    }();
    return ledger;
}

const LedgerRow* find_in_ledger(std::string_view name) {
    const auto& ledger = service_ledger();
    const auto found = std::lower_bound(
        ledger.begin(), ledger.end(), name,
        [](const LedgerRow& row, std::string_view wanted) { return row.service < wanted; });
    return found != ledger.end() && found->service == name ? &*found : nullptr;
}

guest::ServiceStanding standing_of(std::string_view name) {
    const LedgerRow* const row = find_in_ledger(name);
    return row != nullptr ? row->standing : guest::ServiceStanding{};
}

guest::ServiceStanding standing_of(const ServiceNumber& number) {
    const auto& table = service_table();
    const auto body = std::find_if(table.begin(), table.end(), [&number](const ServiceRow& row) {
        return row.name == number.name;
    });
    if (body != table.end() && body->argument_bytes() != number.argument_bytes) {
        return {guest::ServiceState::absent,
                "the table gives it another number of arguments than its body takes"};
    }
    return standing_of(number.name);
}

}  // namespace ringside::nt
