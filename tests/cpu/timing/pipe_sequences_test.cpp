// SPDX-License-Identifier: MIT
// Short sequences run on a CPU, at the levels `table` and `pipe`. Branches were seen before, as in
// the second round of a loop.
#include <catch2/catch.hpp>

#include <functional>
#include <string_view>

#include "cpu/privilege/rings.hpp"
#include "cpu/timing/pipeline.hpp"
#include "support/test_cpu.hpp"

using ringside::cpu::Cpu;
using ringside::cpu::Model;
using ringside::cpu::SegmentRegister;
using ringside::cpu::timing::Level;
using ringside::test::Rings;
using ringside::test::TestCpu;

namespace {

struct Totals {
    std::uint64_t i386;
    std::uint64_t i486;
    std::uint64_t pentium;
    std::uint64_t i486_pipe;
    std::uint64_t pentium_pipe;
};

using Setup = std::function<void(TestCpu&)>;

void registers(TestCpu& cpu) {
    cpu.esi() = cpu.ebx() = TestCpu::data_address;
    cpu.edi() = TestCpu::data_address + 0x104;
    cpu.ebp() = TestCpu::data_address + 0x200;
    cpu.eax() = cpu.ecx() = cpu.edx() = 0;
    cpu.esp() = TestCpu::stack_top;
}

/// Clocks of the second of two runs, without the HLT at the end.
std::uint64_t clocks(Model model, Level level, std::string_view code, const Setup& setup) {
    TestCpu cpu = TestCpu::timed(code, model, level);
    std::uint64_t before = 0;
    for (int round = 0; round < 2; ++round) {
        registers(cpu);
        setup(cpu);
        cpu.core().eip = TestCpu::code_address;
        before = cpu.clock().value;
        cpu.run();
    }
    const std::uint64_t whole = cpu.clock().value - before;
    TestCpu halt = TestCpu::timed("", model, level);
    halt.run();
    return whole - halt.clock().value;
}

void check(
    const Totals& totals, std::string_view code, const Setup& setup = [](TestCpu&) {}) {
    CAPTURE(code);
    CHECK(clocks(Model::i386, Level::table, code, setup) == totals.i386);
    CHECK(clocks(Model::i486, Level::table, code, setup) == totals.i486);
    CHECK(clocks(Model::pentium, Level::table, code, setup) == totals.pentium);
    // The pipeline of the i386 shows in no documented figure.
    CHECK(clocks(Model::i386, Level::pipe, code, setup) == totals.i386);
    CHECK(clocks(Model::i486, Level::pipe, code, setup) == totals.i486_pipe);
    CHECK(clocks(Model::pentium, Level::pipe, code, setup) == totals.pentium_pipe);
}

}  // namespace

TEST_CASE("neighbours in the pipeline: registers and memory", "[timing]") {
    check({2, 1, 1, 1, 1}, "89 d8");                 // mov eax,ebx
    check({6, 2, 2, 2, 2}, "8b 06 83 c0 01");        // mov eax,[esi]; add eax,1
    check({8, 2, 2, 2, 1}, "8b 06 8b 17");           // mov eax,[esi]; mov edx,[edi]
    check({5, 2, 1, 2, 1}, "8b 04 b3");              // mov eax,[ebx+esi*4]
    check({2, 2, 1, 2, 1}, "c7 45 fc 05 00 00 00");  // mov dword [ebp-4],5
    const Setup flat_fs = [](TestCpu& cpu) {
        cpu.core().segment(SegmentRegister::fs) = cpu.core().segment(SegmentRegister::ds);
    };
    check({4, 2, 2, 2, 2}, "64 a1 00 00 00 00", flat_fs);  // mov eax,fs:[0]
    check({14, 6, 6, 6, 5}, "01 06 01 0f");                // add [esi],eax; add [edi],ecx
    check({8, 3, 3, 3, 2}, "23 06 83 c1 01");              // and eax,[esi]; add ecx,1
    check({5, 3, 2, 3, 1}, "c1 e0 03 89 ca");              // shl eax,3; mov edx,ecx
    check({5, 3, 2, 3, 2}, "89 ca c1 e0 03");              // the other way round
    check({6, 3, 3, 3, 2}, "55 89 e5 83 ec 10");           // push ebp; mov ebp,esp; sub esp,16
    check({38, 40, 41, 40, 41}, "f7 f1", [](TestCpu& cpu) { cpu.ecx() = 1; });  // div ecx
    check({42, 20, 10, 20, 10}, "60 61");                                       // pushad; popad
    check({14, 19, 14, 19, 14}, "c8 08 00 00 c9");                              // enter 8,0; leave
    const Setup data_selector = [](TestCpu& cpu) {
        cpu.ebx() = cpu.core().segment(SegmentRegister::ds).selector.value();
    };
    check({18, 9, 2, 9, 2}, "8e e3", data_selector);  // mov fs,bx
}

TEST_CASE("neighbours in the pipeline: an address that was just computed", "[timing]") {
    const Setup address = [](TestCpu& cpu) { cpu.eax() = TestCpu::data_address; };
    check({6, 2, 2, 3, 3}, "89 c6 8b 1e", address);        // mov esi,eax; mov ebx,[esi]
    check({8, 3, 3, 3, 3}, "89 c6 89 d0 8b 1e", address);  // with another one between
    check({4, 2, 2, 3, 3}, "83 ec 10 50");                 // sub esp,16; push eax
    check({4, 2, 2, 2, 1}, "50 53");                       // push eax; push ebx
    check({6, 2, 2, 2, 2}, "50 8b 44 24 04");              // push eax; mov eax,[esp+4]
}

TEST_CASE("neighbours in the pipeline: formulas and prefixes", "[timing]") {
    const Setup sixteen = [](TestCpu& cpu) { cpu.ecx() = 16; };
    check({69, 60, 29, 60, 29}, "f3 a5", sixteen);  // rep movsd
    const Setup factor = [](TestCpu& cpu) { cpu.ecx() = 0x1234; };
    check({19, 23, 10, 23, 10}, "f7 e1", factor);  // mul ecx
    // The prefix is decoded while the multiplication runs.
    check({23, 25, 12, 24, 11}, "f7 e1 26 a1 00 00 01 00", factor);
}

TEST_CASE("neighbours in the pipeline: branches that are predicted", "[timing]") {
    check({3, 1, 1, 1, 1}, "75 10", [](TestCpu& cpu) { cpu.set_flags(0x40); });
    check({19, 8, 3, 8, 3}, "e8 01 00 00 00 f4 c3");  // call; ret, to a HLT
    // dec ecx; jnz back: two rounds more, each at its figure.
    const auto rounds = [](Model model, Level level) {
        const auto times = [&](std::uint32_t n) {
            return clocks(model, level, "49 75 fd", [n](TestCpu& cpu) { cpu.ecx() = n; });
        };
        return times(12) - times(10);
    };
    CHECK(rounds(Model::i386, Level::table) == 2 * 10);
    CHECK(rounds(Model::i486, Level::table) == 2 * 4);
    CHECK(rounds(Model::pentium, Level::table) == 2 * 2);
    CHECK(rounds(Model::i486, Level::pipe) == 2 * 4);
    CHECK(rounds(Model::pentium, Level::pipe) == 2 * 1);
}

namespace {

/// Clocks of a program of ring 3 up to a HLT, which it may not execute.
std::uint64_t clocks_in_ring_3(Model model, Level level, std::string_view code) {
    Rings m(3, model, level);
    m.gate_to(0x2E, Rings::interrupt32, 3, Rings::code0, Rings::handlers + 0x2E0);
    m.code(Rings::handlers + 0x2E0, "cf");  // iretd
    // A call gate of two parameters to "push ebp; pop ebp; retf 8".
    m.descriptor(Rings::spare, (std::uint32_t{Rings::code0} << 16) | 0x3000, 0x0002EC02);
    m.code(0x23000, "55 5d ca 08 00");
    m.set_dword(Rings::stack_top - 8, Rings::start + 0x20);
    m.code(Rings::start + 0x20, "f4");
    m.reg(ringside::cpu::GeneralRegister::esp) = Rings::stack_top - 8;
    m.run(code);
    return m.transitions.back().clock_before.value;
}

void check_in_ring_3(const Totals& totals, std::string_view code) {
    CAPTURE(code);
    CHECK(clocks_in_ring_3(Model::i386, Level::table, code) == totals.i386);
    CHECK(clocks_in_ring_3(Model::i486, Level::table, code) == totals.i486);
    CHECK(clocks_in_ring_3(Model::pentium, Level::table, code) == totals.pentium);
    CHECK(clocks_in_ring_3(Model::i486, Level::pipe, code) == totals.i486_pipe);
    CHECK(clocks_in_ring_3(Model::pentium, Level::pipe, code) == totals.pentium_pipe);
}

}  // namespace

TEST_CASE("neighbours in the pipeline: through gates and back", "[timing]") {
    check_in_ring_3({181, 107, 75, 107, 75}, "cd 2e f4");
    // mov eax,5; lea edx,[esp+4]; int 2Eh; ret 4, which was not seen before: 3 clocks
    check_in_ring_3({196, 114, 80, 114, 79 + 3}, "b8 05 00 00 00 8d 54 24 04 cd 2e c2 04 00");
    // call far through the gate, whose target has one component; retf 8: with them 171, 121 and 72
    // clocks. Between them push ebp and pop ebp, which do not pair.
    check_in_ring_3({171 + 6, 121 + 2, 72 + 2, 121 + 2, 72 + 2}, "9a 00 00 00 00 43 00 f4");
}
