// SPDX-License-Identifier: MIT
#include <catch2/catch.hpp>

#include <algorithm>
#include <initializer_list>
#include <optional>
#include <string_view>

#include "cpu/timing/decoded.hpp"

using namespace ringside::cpu::timing;
using ringside::cpu::Model;

namespace {

/// One instruction of a sequence, and what only its execution knows.
struct Step {
    std::string_view bytes;
    std::optional<std::uint32_t> n{};  ///< the formula's number, if the model has one
    bool taken = false;
};

std::uint64_t ticks(Model model, std::initializer_list<Step> steps) {
    std::uint64_t sum = 0;
    for (const Step& step : steps) {
        const Cost cost = cost_of(model, step.bytes);
        REQUIRE((cost.formula == nullptr || step.n.has_value()));
        sum += cost.ticks;
        sum += cost.formula != nullptr ? cost.formula->ticks(*step.n) : 0;
        const bool taken = step.taken || cost.taken_extra == 0;
        if (step.taken) {
            sum = static_cast<std::uint64_t>(static_cast<std::int64_t>(sum) + cost.taken_extra);
        }
        // Every target of these sequences has one component: dec, push, nop.
        sum += cost.plus_m && taken ? 1 : 0;
    }
    return sum;
}

struct Totals {
    std::uint64_t i386;
    std::uint64_t i486;
    std::uint64_t pentium;
    std::uint64_t p6;
};

void check(const Totals& totals, std::initializer_list<Step> steps) {
    CHECK(ticks(Model::i386, steps) == totals.i386);
    CHECK(ticks(Model::i486, steps) == totals.i486);
    CHECK(ticks(Model::pentium, steps) == totals.pentium);
    CHECK(ticks(Model::p6, steps) == totals.p6);
}

}  // namespace

TEST_CASE("mov eax,ebx", "[timing]") {
    check({2, 1, 1, 500}, {{"89 d8"}});
}

TEST_CASE("mov eax,[esi] / add eax,1", "[timing]") {
    check({6, 2, 2, 1000}, {{"8b 06"}, {"83 c0 01"}});
}

TEST_CASE("mov eax,[esi] / mov edx,[edi]", "[timing]") {
    check({8, 2, 2, 1000}, {{"8b 06"}, {"8b 17"}});
}

TEST_CASE("mov esi,eax / mov ebx,[esi]", "[timing]") {
    check({6, 2, 2, 1000}, {{"89 c6"}, {"8b 1e"}});
}

TEST_CASE("mov eax,[ebx+esi*4]", "[timing]") {
    check({5, 2, 1, 500}, {{"8b 04 b3"}});
}

TEST_CASE("mov dword [ebp-4],5", "[timing]") {
    check({2, 2, 1, 500}, {{"c7 45 fc 05 00 00 00"}});
}

TEST_CASE("mov eax,fs:[0]", "[timing]") {
    check({4, 2, 2, 500}, {{"64 a1 00 00 00 00"}});
}

TEST_CASE("add [esi],eax / add [edi],ecx", "[timing]") {
    check({14, 6, 6, 3000}, {{"01 06"}, {"01 0f"}});
}

TEST_CASE("and eax,[esi] / add ecx,1", "[timing]") {
    check({8, 3, 3, 1500}, {{"23 06"}, {"83 c1 01"}});
}

TEST_CASE("shl eax,3 / mov edx,ecx", "[timing]") {
    check({5, 3, 2, 1000}, {{"c1 e0 03"}, {"89 ca"}});
}

TEST_CASE("push ebp / mov ebp,esp / sub esp,16", "[timing]") {
    check({6, 3, 3, 1500}, {{"55"}, {"89 e5"}, {"83 ec 10"}});
}

TEST_CASE("dec ecx / jnz back, taken", "[timing]") {
    check({10, 4, 2, 1000}, {{"49"}, {"75 fd", {}, true}});
}

TEST_CASE("jnz forward, not taken", "[timing]") {
    check({3, 1, 1, 500}, {{"75 10"}});
}

TEST_CASE("rep movsd with ecx = 16", "[timing]") {
    check({69, 60, 29, 29'000}, {{"f3 a5", 16}});
}

TEST_CASE("mul ecx with ecx = 0x1234: 13 bits", "[timing]") {
    check({19, 23, 10, 10'000}, {{"f7 e1", 0x1234}});
}

TEST_CASE("div ecx", "[timing]") {
    check({38, 40, 41, 41'000}, {{"f7 f1"}});
}

TEST_CASE("pushad / popad", "[timing]") {
    check({42, 20, 10, 10'000}, {{"60"}, {"61"}});
}

TEST_CASE("call near / ret", "[timing]") {
    check({19, 8, 3, 1500}, {{"e8 00 00 00 00"}, {"c3"}});
}

TEST_CASE("mov fs,bx in protected mode", "[timing]") {
    check({18, 9, 2, 12'000}, {{"8e e3"}});
}

TEST_CASE("enter 8,0 / leave", "[timing]") {
    check({14, 19, 14, 12'500}, {{"c8 08 00 00"}, {"c9"}});
}
