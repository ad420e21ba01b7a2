// SPDX-License-Identifier: MIT
#include "cpu/timing/clock_table.hpp"

#include <catch2/catch.hpp>

#include <string_view>

#include "base/ensure.hpp"
#include "cpu/timing/decoded.hpp"

using namespace ringside::cpu::timing;
using ringside::cpu::Model;

namespace {

std::uint32_t i486(std::string_view bytes, bool protected_mode = true, unsigned code_bits = 32) {
    return cost_of(Model::i486, bytes, protected_mode, code_bits).ticks;
}

std::uint32_t p6(std::string_view bytes) {
    return cost_of(Model::p6, bytes).ticks;
}

std::uint32_t pentium(std::string_view bytes) {
    return cost_of(Model::pentium, bytes).ticks;
}

}  // namespace

TEST_CASE("i486: an index in the address costs a clock", "[timing]") {
    CHECK(i486("8b 03") == 1);                  // mov eax,[ebx]
    CHECK(i486("8b 04 24") == 1);               // mov eax,[esp]
    CHECK(i486("8b 04 33") == 2);               // mov eax,[ebx+esi]
    CHECK(i486("8b 04 b5 00 00 00 00") == 2);   // mov eax,[esi*4+0]
    CHECK(i486("8d 04 33") == 2);               // lea eax,[ebx+esi]
    CHECK(i486("8d 43 08") == 1);               // lea eax,[ebx+8]
    CHECK(i486("ff 24 85 00 00 40 00") == 6);   // jmp [eax*4+400000h]
    CHECK(i486("d7") == 4);                     // xlat: its index is not decoded
    CHECK(i486("8b 00", true, 16) == 2);        // mov ax,[bx+si]
    CHECK(i486("8b 04", true, 16) == 1);        // mov ax,[si]
    CHECK(i486("67 8b 04 33", true, 16) == 3);  // mov ax,[ebx+esi]
}

TEST_CASE("i486: displacement and immediate in one instruction cost a clock", "[timing]") {
    CHECK(i486("c7 03 05 00 00 00") == 1);        // mov dword [ebx],5
    CHECK(i486("c7 43 04 05 00 00 00") == 2);     // mov dword [ebx+4],5
    CHECK(i486("c7 44 b3 04 05 00 00 00") == 3);  // mov dword [ebx+esi*4+4],5
    CHECK(i486("80 3d 00 00 00 00 00") == 3);     // cmp byte [0],0
    CHECK(i486("c1 63 04 03") == 5);              // shl dword [ebx+4],3
    CHECK(i486("d1 63 04") == 4);                 // shl dword [ebx+4],1: no immediate
    CHECK(i486("a1 00 00 00 00") == 1);           // mov eax,[moffs]
    CHECK(i486("9a 00 00 00 00 08 00") == 0);     // call far 8:0: the path is the rest
}

TEST_CASE("i486: each prefix byte costs a clock, a repeating REP does not", "[timing]") {
    CHECK(i486("66 89 d8") == 2);           // mov ax,bx
    CHECK(i486("64 a1 18 00 00 00") == 2);  // mov eax,fs:[18h]
    CHECK(i486("66 64 a1 18 00 00 00") == 3);
    CHECK(i486("66 66 89 d8") == 3);
    CHECK(i486("f0 ff 00") == 4);  // lock inc dword [eax]
    CHECK(i486("f3 c3") == 6);     // rep ret
    CHECK(i486("2e 74 00") == 2);  // a branch hint is a segment prefix
    CHECK(i486("f3 90") == 2);     // pause: F3 means nothing yet
    CHECK(i486("0f a2") == 14);    // the escape byte is no prefix
    CHECK(i486("f3 66 a5") == 1);  // rep movsw: the formula is the rest
    CHECK(i486("64 a5") == 8);     // movsd with fs:
    CHECK(i486("66 e5 60") == 1);  // in ax,60h: the path is the rest
}

TEST_CASE("p6: neither address nor prefix adds anything", "[timing]") {
    CHECK(p6("8b 04 33") == 500);
    CHECK(p6("c7 44 b3 04 05 00 00 00") == 500);
    CHECK(p6("66 64 a1 18 00 00 00") == 500);
    CHECK(p6("f0 ff 00") == 1500);
}

TEST_CASE("i386: only base and index together cost a clock", "[timing]") {
    CHECK(cost_of(Model::i386, "8b 04 b5 00 00 00 00").ticks == 4);
    CHECK(cost_of(Model::i386, "8b 04 33").ticks == 5);
    CHECK(cost_of(Model::i386, "66 64 a1 18 00 00 00").ticks == 4);
}

TEST_CASE("forms are told apart by their encoding", "[timing]") {
    CHECK(i486("50") == 1);     // push eax
    CHECK(i486("ff f0") == 4);  // the long push eax
    CHECK(i486("58") == 1);
    CHECK(i486("8f c0") == 4);
    CHECK(i486("ff 30") == 4);  // push dword [eax]
    CHECK(i486("8f 00") == 6);
    CHECK(i486("6a 00") == 1);
    CHECK(i486("06") == 3);        // push es
    CHECK(i486("0f a0") == 3);     // push fs
    CHECK(i486("d1 e0") == 3);     // shl eax,1
    CHECK(i486("c1 e0 01") == 2);  // shl eax,imm8
    CHECK(i486("d3 e0") == 3);     // shl eax,cl
    CHECK(pentium("91") == 2);     // xchg ecx,eax
    CHECK(pentium("87 c1") == 3);
    CHECK(pentium("87 01") == 3);
    CHECK(pentium("a8 01") == 1);  // test al,1
    CHECK(i486("e9 00 00 00 00") == 3);
    CHECK(i486("ff e0") == 5);
    CHECK(i486("ff 20") == 5);
    CHECK(i486("c2 08 00") == 5);
    CHECK(i486("0f a4 c8 04") == 2);  // shld eax,ecx,4
    CHECK(i486("0f a5 08") == 4);     // shld [eax],ecx,cl
    CHECK(i486("0f a3 08") == 8);     // bt [eax],ecx
    CHECK(i486("0f ba 20 03") == 3);  // bt dword [eax],3
    CHECK(i486("0f 20 c0") == 4);     // mov eax,cr0
    CHECK(i486("0f 22 c0") == 17);    // mov cr0,eax
    CHECK(i486("0f 22 d8") == 4);     // mov cr3,eax
    CHECK(i486("0f 23 c0") == 11);    // mov dr0,eax
    CHECK(i486("0f 21 f8") == 10);    // mov eax,dr7
    CHECK(p6("0f 23 f8") == 11'000);
    CHECK(i486("d4 0a") == 15);
    CHECK(i486("d5 0a") == 14);
    CHECK(i486("f6 f1") == 16);
    CHECK(i486("66 f7 f1") == 25);
    CHECK(i486("f7 39") == 44);  // idiv dword [ecx]
}

TEST_CASE("loading a segment register costs by mode", "[timing]") {
    CHECK(i486("8e d8") == 9);  // mov ds,ax
    CHECK(i486("8e d8", false) == 3);
    CHECK(i486("1f") == 9);  // pop ds
    CHECK(i486("1f", false) == 3);
    CHECK(i486("0f b2 20") == 12);  // lss esp,[eax]
    CHECK(i486("0f b2 20", false) == 6);
    CHECK(i486("9c") == 3);  // pushfd
    CHECK(i486("9c", false) == 4);
    CHECK(i486("9d") == 6);
    CHECK(i486("9d", false) == 9);
    CHECK(pentium("8e d0") == 8);  // mov ss,ax
    CHECK(p6("8e e3") == 12'000);
    CHECK(p6("0f a1") == 12'000);  // pop fs
    CHECK(cost_of(Model::p6, "8e e3", false).ticks == 1'000);
}

TEST_CASE("p6: simple forms by base_cpi, the others by pentium's clocks or a parameter",
          "[timing]") {
    CHECK(p6("01 d8") == 500);
    CHECK(p6("03 03") == 1'000);
    CHECK(p6("01 03") == 1'500);
    CHECK(p6("0f 44 c1") == 500);  // cmovz eax,ecx
    CHECK(p6("0f 44 01") == 500);
    CHECK(p6("0f 1f 44 00 00") == 500);
    CHECK(p6("90") == 500);
    CHECK(p6("d4 0a") == 18'000);
    CHECK(p6("0f 31") == 31'000);
    CHECK(p6("0f 32") == 50'000);
    CHECK(p6("0f 30") == 60'000);
    CHECK(p6("0f a2") == 100'000);
    CHECK(p6("0f c7 09") == 10'000);  // cmpxchg8b [ecx]
    CHECK(cost_of(Model::p6, "01 d8").assumed);
    CHECK_FALSE(cost_of(Model::i486, "01 d8").assumed);
    CHECK(ClockTable::of(Model::p6).ticks_per_clock() == 1'000);
    CHECK(ClockTable::of(Model::i486).ticks_per_clock() == 1);
    CHECK(&ClockTable::of(Model::modern) == &ClockTable::of(Model::p6));
}

TEST_CASE("what a path decides is bounded, not counted", "[timing]") {
    const Cost int_n = cost_of(Model::i486, "cd 2e");
    CHECK(int_n.ticks == 0);
    CHECK(int_n.bound == 41 + 162);
    const Cost call = cost_of(Model::i486, "ff 1c b3");  // call far [ebx+esi*4]
    CHECK(call.ticks == 1);
    CHECK(call.bound == 1 + 77 + 4 * 31);
    const Cost into = cost_of(Model::i486, "ce");
    CHECK(into.ticks == 3);
    CHECK(into.bound == 39 + 162);
    CHECK(cost_of(Model::i486, "e6 e8").ticks == 0);
    CHECK(cost_of(Model::i486, "e6 e8").bound == 31);
    CHECK(cost_of(Model::i486, "e8 00 00 00 00").bound == 3);
    CHECK(cost_of(Model::p6, "cf").bound == 100'000);
}

TEST_CASE("the components of an i386 branch target", "[timing]") {
    const auto m = [](std::string_view bytes, unsigned code_bits = 32) {
        return components(Decoded{bytes, code_bits}.instruction);
    };
    CHECK(m("55") == 1);                                   // push ebp
    CHECK(m("89 e5") == 2);                                // mov ebp,esp
    CHECK(m("8b 03") == 2);                                // mov eax,[ebx]
    CHECK(m("8b 45 08") == 3);                             // mov eax,[ebp+8]
    CHECK(m("c7 45 fc 05 00 00 00") == 4);                 // mov dword [ebp-4],5
    CHECK(m("8b 04 81") == 3);                             // mov eax,[ecx+eax*4]
    CHECK(m("66 67 8b 07") == 4);                          // mov ax,[bx]
    CHECK(m("64 81 84 d0 00 10 00 00 05 00 00 00") == 6);  // add dword fs:[eax+edx*8+1000h],5
    CHECK(m("0f 84 00 00 00 00") == 3);                    // jz
}

TEST_CASE("the components are asked for where the manual prints +m", "[timing]") {
    CHECK(cost_of(Model::i386, "74 00").plus_m);
    CHECK(cost_of(Model::i386, "c3").plus_m);
    CHECK_FALSE(cost_of(Model::i386, "01 d8").plus_m);
    CHECK_FALSE(cost_of(Model::i486, "c3").plus_m);
    CHECK(ClockTable::of(Model::i386).transition(Path::retf_same).plus_m);
    CHECK_FALSE(ClockTable::of(Model::i386).transition(Path::retf_outer).plus_m);
}

TEST_CASE("a form that the model lacks, and an unknown key, are broken invariants", "[timing]") {
    CHECK_THROWS_AS(cost_of(Model::i386, "0f c9"), ringside::BrokenInvariant);
    CHECK_THROWS_AS(cost_of(Model::i486, "0f 44 c1"), ringside::BrokenInvariant);
    CHECK_THROWS_AS(cost_of(Model::i486, "0f 31"), ringside::BrokenInvariant);
    CHECK_THROWS_AS(cost_of(Model::pentium, "0f 58 c1"), ringside::BrokenInvariant);
    CHECK_THROWS_AS(ClockTable::of(Model::i486).formula(0), ringside::BrokenInvariant);
    CHECK_THROWS_AS(ClockTable::of(Model::i486).formula(60'000), ringside::BrokenInvariant);
}

TEST_CASE("a younger form under an old mnemonic is known to be missing", "[timing]") {
    const auto has = [](Model model, std::string_view bytes) {
        const Decoded decoded{bytes};
        return ClockTable::of(model).has(key_of(decoded.instruction.mnemonic), decoded.instruction,
                                         decoded.operands.data(), true);
    };
    CHECK(has(Model::i486, "90"));
    CHECK_FALSE(has(Model::i486, "0f 1f 44 00 00"));
    CHECK(has(Model::p6, "0f 1f 44 00 00"));
    CHECK_FALSE(has(Model::i386, "0f 22 e0"));  // mov cr4,eax
    CHECK_FALSE(has(Model::i386, "0f 20 e0"));  // mov eax,cr4
    CHECK(has(Model::i486, "0f 22 e0"));
    CHECK_FALSE(has(Model::i486, "0f 34"));  // sysenter
    CHECK(has(Model::p6, "0f 34"));
    CHECK(has(Model::i486, "cb"));
    CHECK(has(Model::i386, "cd 2e"));
}
