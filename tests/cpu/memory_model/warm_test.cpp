// SPDX-License-Identifier: MIT
#include <catch2/catch.hpp>

#include <string>
#include <string_view>

#include "cpu/memory_model/memory_model.hpp"
#include "cpu/privilege/rings.hpp"
#include "cpu/timing/pipeline.hpp"

using namespace ringside;
using namespace ringside::cpu;
using ringside::cpu::timing::Adder;
using ringside::cpu::timing::Level;
using ringside::test::Rings;

namespace {

/// Where neither tables nor stacks compete for lines of pentium's two ways.
constexpr std::uint32_t data = 0x50800;

/// A short sequence with everything it needs near, in the ring it is for.
struct Sequence {
    std::string_view bytes;
    unsigned ring = 0;
};

constexpr Sequence sequences[] = {
    {"89 d8"},                                   // mov eax,ebx
    {"8b 06 83 c0 01"},                          // mov eax,[esi] / add eax,1
    {"8b 06 8b 17"},                             // mov eax,[esi] / mov edx,[edi]
    {"89 c6 8b 1e"},                             // mov esi,eax / mov ebx,[esi]
    {"8b 04 b3"},                                // mov eax,[ebx+esi*4]
    {"c7 45 fc 05 00 00 00"},                    // mov dword [ebp-4],5
    {"64 a1 00 00 00 00"},                       // mov eax,fs:[0]
    {"01 06 01 0f"},                             // add [esi],eax / add [edi],ecx
    {"23 06 83 c1 01"},                          // and eax,[esi] / add ecx,1
    {"c1 e0 03 89 ca"},                          // shl eax,3 / mov edx,ecx
    {"89 ca c1 e0 03"},                          // mov edx,ecx / shl eax,3
    {"55 89 e5 83 ec 10"},                       // push ebp / mov ebp,esp / sub esp,16
    {"49 75 fd"},                                // dec ecx / jnz back
    {"31 c0 75 00"},                             // xor eax,eax / jnz fwd, not taken
    {"f3 a5"},                                   // rep movsd
    {"f7 e1"},                                   // mul ecx
    {"31 d2 f7 f1"},                             // xor edx,edx / div ecx
    {"8e e3"},                                   // mov fs,bx
    {"60 61"},                                   // pushad / popad
    {"e8 02 00 00 00 eb 01 c3"},                 // call / ret / jmp
    {"c8 08 00 00 c9"},                          // enter 8,0 / leave
    {"cd 2e", 3},                                // int 2Eh / iretd
    {"b8 05 00 00 00 8d 54 24 04 cd 2e 90", 3},  // the same behind a stub
    {"9a 00 00 00 00 43 00", 3},                 // call far gate / retf
};

/// Clocks of the second of two runs up to the HLT of INT 60h.
std::uint64_t warm_ticks(Rings& m, const Sequence& sequence) {
    // PUSHAD and POPAD leave the bus time to fill the queue.
    m.code(Rings::start, "60 61 " + std::string(sequence.bytes) + " cd 60");
    std::uint64_t ticks = 0;
    for (int round = 0; round < 2; ++round) {
        m.enter(sequence.ring);
        m.reg(GeneralRegister::eax) = data;
        m.reg(GeneralRegister::ebx) = Rings::data0;
        m.reg(GeneralRegister::ecx) = 16;
        m.reg(GeneralRegister::edx) = 0;
        m.reg(GeneralRegister::ebp) = data + 0x300;
        m.reg(GeneralRegister::esi) = data;
        m.reg(GeneralRegister::edi) = data + 0x104;
        const std::uint64_t before = m.cpu.clock;
        REQUIRE(m.run_on().kind == ExitKind::halted);
        REQUIRE(m.transitions.back().vector == Vector{0x60});
        ticks = m.cpu.clock - before;
    }
    return ticks;
}

void prepare(Rings& m) {
    m.descriptor(Rings::code0, Rings::flat, Rings::code32 | 0x100);
    m.descriptor(Rings::code3, Rings::flat, Rings::code32 | Rings::dpl(3) | 0x100);
    m.gate(0x60, Rings::interrupt32, 3);
    m.gate(0x2E, Rings::interrupt32, 3);
    m.code(Rings::handlers + 0x2E0, "cf");
    constexpr unsigned gate32 = 12;
    m.descriptor(
        Rings::spare, (std::uint32_t{Rings::code0} << 16) | ((Rings::handlers + 0x800) & 0xFFFF),
        ((Rings::handlers + 0x800) & 0xFFFF0000U) | Rings::present | Rings::dpl(3) | (gate32 << 8));
    m.code(Rings::handlers + 0x800, "cb");
    m.enable_paging();
}

}  // namespace

TEST_CASE("warm, aligned and without wait states memory adds nothing to the pipeline",
          "[memory_model]") {
    const auto model = GENERATE(Model::i386, Model::i486, Model::pentium, Model::p6);
    for (const Sequence& sequence : sequences) {
        CAPTURE(traits(model).name, sequence.bytes);
        Rings pipe(0, model, Level::pipe);
        Rings memory(0, model, Level::memory);
        prepare(pipe);
        prepare(memory);
        CHECK(warm_ticks(memory, sequence) == warm_ticks(pipe, sequence));
    }
}
