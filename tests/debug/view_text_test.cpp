// SPDX-License-Identifier: MIT
#include "debug/view_text.hpp"

#include <catch2/catch.hpp>

namespace ringside::debug {
namespace {

const guest::View table{"Table", {"number", "name"}, {{{"00B7", "nt!NtReadFile"}}, {{"19", ""}}}};

}  // namespace

TEST_CASE("view text: columns align and no line ends in blanks", "[debug]") {
    CHECK(to_text(table) ==
          "Table\n"
          "number  name\n"
          "00B7    nt!NtReadFile\n"
          "19\n");
}

TEST_CASE("view text: an empty table is its title", "[debug]") {
    CHECK(to_text({"nothing here", {"a"}, {}}) == "nothing here\n");
}

TEST_CASE("filtered: by number in any notation, by name with or without module", "[debug]") {
    for (const char* wanted : {"b7", "0xB7", "00B7", "NtReadFile", "ntreadfile", "nt!NtReadFile"}) {
        INFO(wanted);
        const auto view = filtered(table, wanted);
        REQUIRE(view.rows.size() == 1);
        CHECK(view.rows[0].cells[0] == "00B7");
    }
    CHECK(filtered(table, "ReadFile").rows.empty());
}

}  // namespace ringside::debug
