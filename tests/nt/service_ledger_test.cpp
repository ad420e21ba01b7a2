// SPDX-License-Identifier: MIT
#include "nt/service_ledger.hpp"

#include <algorithm>
#include <iterator>
#include <set>

#include <catch2/catch.hpp>

#include "nt/service_table.hpp"

using namespace ringside;
using namespace ringside::nt;

namespace {

std::set<std::string, std::less<>> bodies() {
    std::set<std::string, std::less<>> names;
    for (const ServiceRow& row : service_table()) {
        names.emplace(row.name);
    }
    return names;
}

}  // namespace

TEST_CASE("ledger: in the order of names, none twice", "[nt][ledger]") {
    const auto& ledger = service_ledger();
    const auto disorder = std::adjacent_find(ledger.begin(), ledger.end(),
                                             [](const LedgerRow& before, const LedgerRow& after) {
                                                 return before.service >= after.service;
                                             });
    INFO((disorder == ledger.end() ? std::string_view{} : disorder->service));
    CHECK(disorder == ledger.end());
}

TEST_CASE("ledger: it has every service of every profile, and no other", "[nt][ledger]") {
    std::set<std::string, std::less<>> known = bodies();
    for (const std::string& name : profile_names()) {
        const Profile profile = load_profile(name);
        for (const auto* const table : {&profile.services, &profile.win32k}) {
            for (const ServiceNumber& number : *table) {
                known.insert(number.name);
            }
        }
    }
    std::set<std::string, std::less<>> listed;
    for (const LedgerRow& row : service_ledger()) {
        listed.emplace(row.service);
    }
    std::vector<std::string> unlisted;
    std::vector<std::string> unknown;
    std::set_difference(known.begin(), known.end(), listed.begin(), listed.end(),
                        std::back_inserter(unlisted));
    std::set_difference(listed.begin(), listed.end(), known.begin(), known.end(),
                        std::back_inserter(unknown));
    CHECK(unlisted == std::vector<std::string>{});
    CHECK(unknown == std::vector<std::string>{});
}

TEST_CASE("ledger: a service is absent exactly when it has no body", "[nt][ledger]") {
    const auto with_body = bodies();
    for (const LedgerRow& row : service_ledger()) {
        CAPTURE(row.service);
        CHECK((row.standing.state != guest::ServiceState::absent) ==
              with_body.contains(row.service));
    }
}

TEST_CASE("ledger: what is faked or partial says what is missing, and what is real has no need to",
          "[nt][ledger]") {
    for (const LedgerRow& row : service_ledger()) {
        CAPTURE(row.service, row.standing.note);
        const bool short_of_real = row.standing.state == guest::ServiceState::faked ||
                                   row.standing.state == guest::ServiceState::partial;
        CHECK(row.standing.note.empty() != short_of_real);
    }
}

TEST_CASE("ledger: a body serves a number only with its own argument bytes", "[nt][ledger]") {
    CHECK(standing_of({.index = 0, .name = "NtClose", .argument_bytes = 4}).state ==
          guest::ServiceState::real);
    const auto other = standing_of({.index = 0, .name = "NtClose", .argument_bytes = 8});
    CHECK(other.state == guest::ServiceState::absent);
    CHECK(other.note == "the table gives it another number of arguments than its body takes");
    CHECK(standing_of("OwnSum").state == guest::ServiceState::absent);
}
