// SPDX-License-Identifier: MIT
#include "guest/symbol_suggestion.hpp"

#include <catch2/catch.hpp>

using namespace ringside;
using namespace ringside::guest;

namespace {

SymbolTable loaded() {
    SymbolTable symbols;
    symbols.add({.name = "nt",
                 .base = {0x80000000},
                 .size = 0x1000,
                 .symbols = {{{0x80000010}, "KiSystemService", 0}, {{0x80000020}, "NtClose", 0}}});
    symbols.add({.name = "ntdll",
                 .base = {0x7C900000},
                 .size = 0x1000,
                 .symbols = {{{0x7C900010}, "NtClose", 0}, {{0x7C900020}, "NtReadFile", 0}}});
    return symbols;
}

}  // namespace

TEST_CASE("symbol suggestion: a name of the module that is named", "[guest][symbols]") {
    CHECK(symbol_suggestion(loaded(), "nt!KiSystemServce+0x12") ==
          "; did you mean nt!KiSystemService?");
    CHECK(symbol_suggestion(loaded(), "NTDLL!ntreadfil") == "; did you mean ntdll!NtReadFile?");
}

TEST_CASE("symbol suggestion: the module, when that is what was mistyped", "[guest][symbols]") {
    CHECK(symbol_suggestion(loaded(), "ntdl!NtReadFile") == "; did you mean ntdll!NtReadFile?");
    CHECK(symbol_suggestion(loaded(), "ntdl!printf") == "; did you mean ntdll?");
}

TEST_CASE("symbol suggestion: without a module, any name, or whose it is", "[guest][symbols]") {
    CHECK(symbol_suggestion(loaded(), "NtReadFiel") == "; did you mean NtReadFile?");
    CHECK(symbol_suggestion(loaded(), "NtClose") == "; there are ntdll!NtClose, nt!NtClose");
    CHECK(symbol_suggestion(loaded(), "printf").empty());
    CHECK(symbol_suggestion(loaded(), "").empty());
    CHECK(symbol_suggestion({}, "a!b").empty());
}
