// SPDX-License-Identifier: MIT
#include <catch2/catch.hpp>

#include <algorithm>
#include <set>
#include <string>
#include <string_view>

#include <embedded/cpu.hpp>

#include "base/text.hpp"
#include "cpu/timing/decoded.hpp"
#include "cpu/timing/issue.hpp"
#include "cpu/timing/pipe_pentium.hpp"

using namespace ringside::cpu::timing;
using ringside::cpu::Model;

namespace {

Issue issue(std::string_view hex) {
    const Decoded decoded(hex);
    return issue_of(decoded.instruction, decoded.operands.data(), cost_of(Model::pentium, hex));
}

bool pair(std::string_view u, std::string_view v) {
    return PipePentium::pairs(issue(u), issue(v));
}

std::uint32_t together(std::string_view u, std::string_view v) {
    REQUIRE(pair(u, v));
    return PipePentium::together(issue(u), issue(v));
}

constexpr std::string_view mov_eax_ebx = "89 d8";
constexpr std::string_view mov_ecx_edx = "89 d1";

}  // namespace

TEST_CASE("every row of pairing.tsv names a form of clocks.tsv that takes 1 to 3 clocks or is x87",
          "[timing]") {
    std::set<std::pair<std::string_view, std::string_view>> named;
    for (const std::string_view line :
         data_lines(embedded_text(ringside::embedded::pairing_tsv()), "key\tform\tpairing")) {
        const auto field = ringside::split(line, '\t');
        named.emplace(field[0], field[1]);
    }
    for (const ClockRow& row : clock_rows()) {
        const Pairing pairing = pairing_of(row.key, row.form);
        CAPTURE(row.key, row.form);
        CHECK((pairing != Pairing::alone) == (named.erase({row.key, row.form}) == 1));
        if (pairing == Pairing::either || pairing == Pairing::first || pairing == Pairing::second) {
            CHECK(std::set<std::string_view>{"1", "2", "3"}.contains(row.pentium));
        }
    }
    CHECK(named.empty());
}

TEST_CASE("two simple instructions that do not depend on each other pair", "[timing]") {
    CHECK(pair(mov_eax_ebx, mov_ecx_edx));
    CHECK(pair("8b 06", "8b 17"));        // two loads
    CHECK(pair("89 ca", "89 c8"));        // both read ecx
    CHECK(pair("89 d8", "89 d3"));        // the second writes what the first reads
    CHECK_FALSE(pair("89 d8", "89 c1"));  // the second reads what the first writes
    CHECK_FALSE(pair("89 d8", "89 c8"));  // both write eax
    CHECK_FALSE(pair("b0 01", "b4 02"));  // AL and AH are one register here
    CHECK_FALSE(pair("89 de", "8b 06"));  // the address of the second
}

TEST_CASE("some may only lead, some only follow, most are alone", "[timing]") {
    CHECK(pair("c1 e0 03", mov_ecx_edx));  // shl eax,3
    CHECK_FALSE(pair(mov_ecx_edx, "c1 e0 03"));
    CHECK(pair(mov_ecx_edx, "75 10"));  // jnz
    CHECK_FALSE(pair("75 10", mov_ecx_edx));
    CHECK(pair("11 d8", mov_ecx_edx));  // adc
    CHECK_FALSE(pair(mov_ecx_edx, "11 d8"));
    CHECK_FALSE(pair("f7 d8", mov_ecx_edx));  // neg
    CHECK_FALSE(pair("d3 e0", "89 da"));      // shl eax,cl
}

TEST_CASE("flags are no dependence", "[timing]") {
    CHECK(pair("39 d8", "75 10"));  // cmp; jnz
    CHECK(pair("49", "75 10"));     // dec; jnz
    CHECK(pair("01 d8", "01 d1"));  // add; add
}

TEST_CASE("prefixes, LOCK, and a displacement with an immediate keep out of the V pipe",
          "[timing]") {
    CHECK_FALSE(pair(mov_ecx_edx, "66 89 d8"));
    CHECK(pair("66 89 d8", mov_ecx_edx));
    CHECK(pair(mov_ecx_edx, "0f 85 00 01 00 00"));  // the 0F of a near Jcc is none
    CHECK_FALSE(pair("c7 45 fc 05 00 00 00", mov_ecx_edx));
    CHECK_FALSE(pair(mov_ecx_edx, "c7 45 fc 05 00 00 00"));
    CHECK(pair(mov_ecx_edx, "c7 06 05 00 00 00"));
    CHECK_FALSE(pair("f0 01 06", mov_ecx_edx));
}

TEST_CASE("the stack pointer: pushes go with pushes and calls, pops with pops", "[timing]") {
    CHECK(pair("50", "53"));
    CHECK(pair("50", "e8 00 00 00 00"));
    CHECK(pair("58", "5b"));
    CHECK_FALSE(pair("50", "5b"));
    CHECK_FALSE(pair("55", "89 e5"));        // push ebp; mov ebp,esp
    CHECK_FALSE(pair("50", "8b 44 24 04"));  // push; mov eax,[esp+4]
    CHECK_FALSE(pair("83 ec 10", "50"));     // sub esp,16; push
    CHECK(pair("89 e5", "83 ec 10"));        // mov ebp,esp; sub esp,16
}

TEST_CASE("a pair takes as long as its members on memory need", "[timing]") {
    constexpr std::string_view in_register = "01 d8";  // add eax,ebx
    constexpr std::string_view load = "03 06";         // add eax,[esi]
    constexpr std::string_view store = "01 06";        // add [esi],eax
    constexpr std::string_view second_register = "01 d1";
    constexpr std::string_view second_load = "03 0f";
    constexpr std::string_view second_store = "01 0f";
    CHECK(together(in_register, second_register) == 1);
    CHECK(together(in_register, second_load) == 2);
    CHECK(together(in_register, second_store) == 3);
    CHECK(together(load, second_register) == 2);
    CHECK(together(load, second_load) == 2);
    CHECK(together(load, second_store) == 3);
    CHECK(together(store, second_register) == 3);
    CHECK(together(store, second_load) == 4);
    CHECK(together(store, second_store) == 5);
}

TEST_CASE("FXCH costs nothing behind a floating-point instruction that takes it along",
          "[timing]") {
    CHECK(together("d8 c1", "d9 c9") == 3);  // fadd st,st(1); fxch
    CHECK_FALSE(pair("d9 c9", "d8 c1"));
    CHECK_FALSE(pair("d9 fa", "d9 c9"));  // fsqrt
    CHECK_FALSE(pair(mov_ecx_edx, "d9 c9"));
}
