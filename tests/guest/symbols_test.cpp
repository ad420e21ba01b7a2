// SPDX-License-Identifier: MIT
#include "guest/symbols.hpp"

#include <catch2/catch.hpp>

using namespace ringside;
using guest::SymbolTable;

namespace {

SymbolTable two_modules() {
    SymbolTable table;
    table.add({"ntdll",
               {0x7C900000},
               0x3000,
               {{{0x7C901010}, "NtClose", 0x10},
                {{0x7C901000}, "NtReadFile", 0},
                {{0x7C901000}, "ZwReadFile", 0}}});
    table.add({"prog", {0x00400000}, 0x2000, {{{0x00401000}, "start", 0x20}}});
    return table;
}

}  // namespace

TEST_CASE("an address is described by the symbol before it", "[guest][symbols]") {
    const SymbolTable table = two_modules();
    CHECK(table.describe({0x7C901000}) == "ntdll!NtReadFile");
    CHECK(table.describe({0x7C90100A}) == "ntdll!NtReadFile+0xA");
    CHECK(table.describe({0x0040101F}) == "prog!start+0x1F");
}

TEST_CASE("a symbol does not reach beyond its size", "[guest][symbols]") {
    const SymbolTable table = two_modules();
    CHECK(table.describe({0x00401020}) == "prog+0x1020");
    CHECK(table.describe({0x7C902000}) == "ntdll+0x2000");
}

TEST_CASE("an address outside every module stays a number", "[guest][symbols]") {
    const SymbolTable table = two_modules();
    CHECK(table.describe({0x00402000}) == "00402000");
    CHECK(table.describe({0x00000010}) == "00000010");
}

TEST_CASE("names are found with and without their module", "[guest][symbols]") {
    const SymbolTable table = two_modules();
    CHECK(table.find("NTDLL!NtClose") == LinearAddress{0x7C901010});
    CHECK(table.find("start+0x12") == LinearAddress{0x00401012});
    for (const char* unknown :
         {"prog!NtClose", "nothing", "start+", "start+12x", "start+0x100000000"}) {
        CAPTURE(unknown);
        CHECK_FALSE(table.find(unknown));
    }
}

TEST_CASE("a bare name that two modules have is no name", "[guest][symbols]") {
    SymbolTable table = two_modules();
    table.add({"other", {0x10000000}, 0x1000, {{{0x10000000}, "start", 0}}});
    CHECK_FALSE(table.find("start"));
    CHECK(table.find("other!start") == LinearAddress{0x10000000});
    table.remove({0x10000000});
    CHECK(table.find("start") == LinearAddress{0x00401000});
}
