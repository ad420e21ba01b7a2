// SPDX-License-Identifier: MIT
#include <catch2/catch.hpp>

#include "cpu/memory_model/bench.hpp"

using namespace ringside;
using namespace ringside::cpu;
using ringside::cpu::timing::Adder;
using ringside::test::MemoryBench;
using ringside::test::Rings;

// The bus cycles of the long transitions of a 386DX with 32-bit gates and TSS, aligned, and
// therefore what one wait state adds to them.

namespace {

void place_call_gate(Rings& m, std::uint16_t code, unsigned parameters) {
    constexpr unsigned gate32 = 12;
    m.descriptor(Rings::spare, (std::uint32_t{code} << 16) | (Rings::handlers & 0xFFFF),
                 (Rings::handlers & 0xFFFF0000U) | Rings::present | Rings::dpl(3) | (gate32 << 8) |
                     parameters);
}

void push(Rings& m, std::initializer_list<std::uint32_t> values) {
    std::uint32_t at = m.esp();
    for (const std::uint32_t value : values) {
        at -= 4;
        m.set_dword(at, value);
    }
    m.reg(GeneralRegister::esp) = at;
}

void check_cycles(const MemoryBench& bench, std::uint64_t reads, std::uint64_t writes) {
    CHECK(bench.reads() == reads);
    CHECK(bench.writes() == writes);
}

}  // namespace

TEST_CASE("INT n to ring 0 reads IDT, CS, TSS and SS, and writes five values", "[memory_model]") {
    MemoryBench bench(Model::i386, 3);
    bench.rings.gate(0x2E, Rings::interrupt32, 3);
    bench.program("cd 2e");
    bench.step();
    check_cycles(bench, 8, 5);
    CHECK(bench.clocks() == 99);
}

TEST_CASE("INT n to the same ring reads IDT and CS, and writes three values", "[memory_model]") {
    MemoryBench bench(Model::i386);
    bench.rings.gate(0x2E, Rings::interrupt32, 0);
    bench.program("cd 2e");
    bench.step();
    check_cycles(bench, 4, 3);
    CHECK(bench.clocks() == 59);
}

TEST_CASE("IRETD reads the frame and the descriptors it names", "[memory_model]") {
    MemoryBench bench(Model::i386);
    SECTION("to the same ring") {
        push(bench.rings, {2, Rings::code0, Rings::start + 0x100});
        bench.program("cf");
        bench.step();
        check_cycles(bench, 5, 0);
        CHECK(bench.clocks() == 38);
    }
    SECTION("to ring 3") {
        push(bench.rings, {Rings::data3, 0x8000, 2, Rings::code3, Rings::start + 0x100});
        bench.program("cf");
        bench.step();
        check_cycles(bench, 9, 0);
        CHECK(bench.clocks() == 82);
    }
    SECTION("to virtual 8086 mode") {
        push(bench.rings, {0, 0, 0, 0, 0x4000, 0x8000, flag::vm | 2, 0x1000, 0x100});
        bench.program("cf");
        bench.step();
        check_cycles(bench, 9, 0);
        CHECK(bench.clocks() == 60);
    }
}

TEST_CASE("INT n from virtual 8086 mode writes four segments more", "[memory_model]") {
    MemoryBench bench(Model::i386);
    bench.rings.gate(0x2E, Rings::interrupt32, 3);
    push(bench.rings, {0, 0, 0, 0, 0x4000, 0x8000, flag::vm | flag::iopl | 2, 0x1000, 0x100});
    bench.rings.code(0x10100, "cd 2e");
    bench.program("cf");
    bench.step();
    bench.step();
    check_cycles(bench, 8, 9);
    CHECK(bench.clocks() == 119);
}

TEST_CASE("CALL through a gate", "[memory_model]") {
    SECTION("to ring 0, parameters read and written") {
        const auto parameters = GENERATE(0U, 1U, 4U);
        MemoryBench bench(Model::i386, 3);
        place_call_gate(bench.rings, Rings::code0, parameters);
        bench.program("9a 00 00 00 00 43 00");
        bench.step();
        check_cycles(bench, 8 + parameters, 4 + parameters);
    }
    SECTION("to the same ring") {
        MemoryBench bench(Model::i386);
        place_call_gate(bench.rings, Rings::code0, 0);
        bench.program("9a 00 00 00 00 43 00");
        bench.step();
        check_cycles(bench, 4, 2);
    }
}

TEST_CASE("far RET to ring 3 reads four values and two descriptors", "[memory_model]") {
    MemoryBench bench(Model::i386);
    push(bench.rings, {Rings::data3, 0x8000, Rings::code3, Rings::start + 0x100});
    bench.program("cb");
    bench.step();
    check_cycles(bench, 8, 0);
}

TEST_CASE("MOV to a segment register reads a descriptor", "[memory_model]") {
    MemoryBench bench(Model::i386);
    bench.rings.reg(GeneralRegister::eax) = Rings::data0;
    bench.rings.set_dword(0x8000, Rings::data0);
    bench.program("8e e0 8e 25 00 80 00 00");  // mov fs,ax; mov fs,[8000h]
    bench.step();
    check_cycles(bench, 2, 0);
    bench.step();
    check_cycles(bench, 3, 0);
}

TEST_CASE("SYSENTER and SYSEXIT leave memory alone", "[memory_model]") {
    MemoryBench bench(Model::p6, 3);
    bench.rings.cpu.sysenter_cs = Rings::code0;
    bench.rings.cpu.sysenter_eip = Rings::handlers;
    bench.rings.cpu.sysenter_esp = Rings::inner_top;
    bench.program("0f 34");
    const auto before = bench.rings.cpu.memory->counters();
    bench.step();
    const auto& after = bench.rings.cpu.memory->counters();
    CHECK(bench.rings.cpu.cpl == 0);
    CHECK(after.cache_hits + after.cache_misses == before.cache_hits + before.cache_misses);
}

TEST_CASE("each wait state adds a clock to each bus cycle of a transition", "[memory_model]") {
    const auto wait_states = GENERATE(0U, 1U, 3U);
    MemoryBench bench(Model::i386, 3, wait_states);
    bench.rings.gate(0x2E, Rings::interrupt32, 3);
    bench.program("cd 2e");
    bench.step();
    // One cycle fetches the instruction; that of the handler comes with its first instruction.
    CHECK(bench.added(Adder::wait) == 13 * wait_states + wait_states);
    CHECK(bench.clocks() == 99 + 14 * wait_states);
}

TEST_CASE("a descriptor that becomes accessed takes a locked read and a write", "[memory_model]") {
    const auto wait_states = GENERATE(0U, 2U);
    MemoryBench bench(Model::i386, 0, wait_states);
    bench.rings.descriptor(Rings::data0, Rings::flat, Rings::data32);
    bench.rings.reg(GeneralRegister::eax) = Rings::data0;
    bench.program("8e e0 8e e0");
    bench.step();
    check_cycles(bench, 3, 1);
    CHECK(bench.clocks() == 18 + 4 + 4 * wait_states + wait_states);
    bench.step();
    check_cycles(bench, 2, 0);
}
