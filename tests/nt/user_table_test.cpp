// SPDX-License-Identifier: MIT
#include "nt/user_table.hpp"

#include <catch2/catch.hpp>

#include "base/ensure.hpp"
#include "nt/service_diff.hpp"

using namespace ringside;
using namespace ringside::nt;

namespace {

std::vector<ServiceNumber> table_of(const Profile& profile, const std::string& list) {
    return with_user_table(profile, "own.lst", guest::read_service_list("own.lst", list));
}

std::string complaint(const Profile& profile, const std::string& list) {
    try {
        static_cast<void>(table_of(profile, list));
    } catch (const InputError& error) {
        CHECK(error.exit_status() == 2);
        return error.what();
    }
    return "none";
}

/// A profile with nothing but a table.
Profile of_services(std::string name, std::vector<ServiceNumber> services) {
    Profile profile = load_profile("xp");
    profile.name = std::move(name);
    profile.services = std::move(services);
    return profile;
}

std::vector<std::string> texts(const guest::View& view) {
    std::vector<std::string> result;
    for (const guest::ViewRow& row : view.rows) {
        std::string text;
        for (const std::string& cell : row.cells) {
            text += cell.empty() ? "- " : cell + " ";
        }
        result.push_back(text.substr(0, text.size() - 1));
    }
    return result;
}

}  // namespace

TEST_CASE("user table: the list from 0, then what else the profile has", "[nt][tables]") {
    const Profile profile = load_profile("xp");
    const auto table = table_of(profile, "OwnOpen 3\nZwClose 1\nNtAllocateUuids 3\n");
    CHECK(table.size() == 284 + 1);
    CHECK(table[0].name == "OwnOpen");
    CHECK(table[0].argument_bytes == 12);
    CHECK(table[1].name == "NtClose");
    CHECK(table[1].argument_bytes == 4);
    // Without a body the list has the last word.
    CHECK(table[2].name == "NtAllocateUuids");
    CHECK(table[2].argument_bytes == 12);
    CHECK(table[3].name == "NtAcceptConnectPort");
    CHECK(table.back().name == profile.services.back().name);
    for (std::size_t i = 0; i < table.size(); ++i) {
        CHECK(table[i].index == i);
    }
}

TEST_CASE("user table: a body's arguments cannot change", "[nt][tables]") {
    const Profile profile = load_profile("xp");
    CHECK(complaint(profile, "OwnOpen 3\n\nNtClose 2\n") ==
          "own.lst:3: NtClose has 2 arguments here, Ringside's own takes 1; give it as many, or "
          "another name");
    CHECK(complaint(profile, "ZwReadFile 0\n").starts_with("own.lst:1: ZwReadFile has 0 arg"));
}

TEST_CASE("user table: list and profile fit into one table", "[nt][tables]") {
    const Profile profile = load_profile("xp");
    std::string list;
    for (int i = 0; i < 0x1000 - 284; ++i) {
        list += "Own" + std::to_string(i) + " 1\n";
    }
    CHECK(table_of(profile, list).size() == 0x1000);
    CHECK(complaint(profile, list + "OwnLast 1\n") ==
          "own.lst: its 3813 services and the 284 of xp that it does not name are more than a "
          "table's 4096; leave some out");
}

TEST_CASE("service diff: each service that changes, once", "[nt][tables]") {
    const Profile old = of_services(
        "old",
        {{0, "NtA", 4}, {1, "NtGone", 8}, {2, "NtMoved", 0}, {3, "NtWider", 4}, {4, "NtBoth", 4}});
    const Profile now = of_services(
        "now",
        {{0, "NtA", 4}, {1, "NtMoved", 0}, {2, "NtBoth", 8}, {3, "NtWider", 8}, {4, "NtNew", 12}});
    const guest::View view = service_diff(old, now);
    CHECK(view.title ==
          "KiServiceTable: 1 only in old, 1 only in now, 2 with another number, 2 with other "
          "argument bytes");
    CHECK(texts(view) ==
          std::vector<std::string>{"001 8 - - NtGone only in old", "002 0 001 0 NtMoved number",
                                   "003 4 003 8 NtWider bytes", "004 4 002 8 NtBoth number, bytes",
                                   "- - 004 12 NtNew only in now"});
    CHECK(service_diff(old, old).rows.empty());
}
