// SPDX-License-Identifier: MIT
#include <catch2/catch.hpp>

#include <string>

#include "cpu/memory_model/bench.hpp"

using namespace ringside;
using namespace ringside::cpu;
using ringside::cpu::timing::Adder;
using ringside::test::MemoryBench;
using ringside::test::Rings;

namespace {

constexpr std::uint32_t data = 0x50000;

/// Clocks of a walk by how many entries it marks.
struct Walks {
    Model model;
    std::int64_t none;
    std::int64_t one;
    std::int64_t both;
};

}  // namespace

TEST_CASE("a page costs a walk until the TLB knows it", "[memory_model]") {
    const auto walk = GENERATE(Walks{Model::i386, 9, 13, 17}, Walks{Model::i486, 13, 21, 28},
                               Walks{Model::pentium, 13, 21, 28}, Walks{Model::p6, 8, 28, 48});
    MemoryBench bench(walk.model);
    bench.rings.enable_paging();
    bench.rings.reg(GeneralRegister::esi) = data;
    // nop; mov eax,[esi] twice; mov [esi],eax twice; mov eax,cr3; mov cr3,eax; mov eax,[esi]
    bench.program("90 8b 06 8b 06 89 06 89 06 0f 20 d8 0f 22 d8 8b 06");
    bench.step();
    CHECK(bench.added(Adder::tlb) == walk.both);  // of the code
    bench.step();
    CHECK(bench.added(Adder::tlb) == walk.one);
    bench.step();
    CHECK(bench.added(Adder::tlb) == 0);
    bench.step();
    CHECK(bench.added(Adder::tlb) == walk.one);  // for the dirty bit
    bench.step(3);
    CHECK(bench.added(Adder::tlb) == 0);
    bench.step();
    // Where code and data share a TLB they still are two pages.
    CHECK(bench.added(Adder::tlb) == 2 * walk.none);
}

TEST_CASE("a total with an assumed figure of the memory says so", "[memory_model]") {
    const auto [model, assumed] = GENERATE(
        table<Model, bool>({{Model::i386, false}, {Model::i486, true}, {Model::pentium, true}}));
    MemoryBench bench(model);
    bench.rings.reg(GeneralRegister::esi) = data + 3;
    const std::uint64_t before = bench.rings.cpu.assumed_figures;
    bench.program("8b 06");
    bench.step();
    CHECK((bench.rings.cpu.assumed_figures != before) == assumed);
    bench.rings.enable_paging();
    bench.rings.enter(0);
    bench.step();
    CHECK(bench.rings.cpu.assumed_figures != before);
}

TEST_CASE("an access across a page needs both", "[memory_model]") {
    MemoryBench bench(Model::i486);
    bench.rings.enable_paging();
    bench.rings.reg(GeneralRegister::esi) = data + 0xFFE;
    bench.program("90 8b 06");
    bench.step();
    bench.step();
    CHECK(bench.added(Adder::tlb) == 2 * 21);
}

TEST_CASE("a walk that ends in a page fault belongs to the fault", "[memory_model]") {
    MemoryBench bench(Model::i486);
    bench.rings.enable_paging();
    bench.rings.unmap(data);
    bench.rings.reg(GeneralRegister::esi) = data;
    bench.program("90 8b 06");
    bench.step();
    bench.step();
    // The instruction's own adders are gone; the gate's pages are IDT, GDT and stack.
    CHECK(bench.added(Adder::tlb) == 13 + 3 * 21);
    CHECK(bench.rings.faulted(Vector::page_fault, 1, 0));
}

TEST_CASE("the waits of a faulting instruction are taken back, what it fetched stays",
          "[memory_model]") {
    MemoryBench bench(Model::i386, 0, 1);
    bench.rings.reg(GeneralRegister::esi) = data;
    bench.rings.gate(6, Rings::interrupt32, 0);
    bench.program("90 ff 36 0f ff");
    bench.step(2);
    bench.step();  // #UD through a gate: 4 reads and 3 writes, no fetch
    CHECK(bench.reads() == 4);
    CHECK(bench.writes() == 3);
    CHECK(bench.added(Adder::wait) == 7);
}

TEST_CASE("INT n and IRETD of one page of tables walk once for each page", "[memory_model]") {
    MemoryBench bench(Model::i386, 3);
    bench.rings.enable_paging();
    bench.rings.gate(0x2E, Rings::interrupt32, 3);
    bench.program("90 cd 2e");
    bench.step();
    bench.step();
    // IDT, GDT, TSS, new stack: the pages of code are met by the first instruction there.
    CHECK(bench.added(Adder::tlb) == 4 * 13);
}

TEST_CASE("a read waits for a line that is not there", "[memory_model]") {
    const auto [model, fill] = GENERATE(table<Model, std::int64_t>(
        {{Model::i386, 0}, {Model::i486, 4}, {Model::pentium, 6}, {Model::p6, 70}}));
    MemoryBench bench(model);
    bench.rings.reg(GeneralRegister::esi) = data;
    // nop; mov eax,[esi]; mov eax,[esi+0Ch]; mov eax,[esi+20h]
    bench.program("90 8b 06 8b 46 0c 8b 46 20");
    bench.step();
    CHECK(bench.added(Adder::cache) == fill);  // of the code
    bench.step();
    CHECK(bench.added(Adder::cache) == fill);
    bench.step();
    CHECK(bench.added(Adder::cache) == 0);
    bench.step();
    CHECK(bench.added(Adder::cache) == fill);
}

TEST_CASE("a write waits for nothing; p6 takes its line in", "[memory_model]") {
    const auto [model, read] = GENERATE(
        table<Model, std::int64_t>({{Model::i486, 4}, {Model::pentium, 6}, {Model::p6, 0}}));
    MemoryBench bench(model);
    bench.rings.reg(GeneralRegister::esi) = data;
    bench.program("f8 89 06 f8 8b 06");  // nothing pairs with CLC
    bench.step();
    bench.step();
    CHECK(bench.added(Adder::cache) == 0);
    bench.step(2);
    CHECK(bench.added(Adder::cache) == read);
}

TEST_CASE("what left p6's first cache is in its second", "[memory_model]") {
    MemoryBench bench(Model::p6);
    // Five lines of one set of four ways: mov eax,[n * 4 KiB + 50400h], then the first again.
    bench.program(
        "a1 00 04 05 00 a1 00 14 05 00 a1 00 24 05 00 a1 00 34 05 00 a1 00 44 05 00 "
        "a1 00 04 05 00");
    bench.step(5);
    bench.step();
    CHECK(bench.added(Adder::cache) == 10);
}

TEST_CASE("with CR0.CD set no line comes in", "[memory_model]") {
    MemoryBench bench(Model::i486);
    bench.rings.reg(GeneralRegister::esi) = data;
    // mov eax,cr0; or eax,CD; mov cr0,eax; mov eax,[esi] twice
    bench.program("0f 20 c0 0d 00 00 00 40 0f 22 c0 8b 06 8b 06");
    bench.step(3);
    bench.step();
    CHECK(bench.added(Adder::cache) == 4);
    bench.step();
    CHECK(bench.added(Adder::cache) == 4);
}

TEST_CASE("INVD and WBINVD empty the caches", "[memory_model]") {
    MemoryBench bench(Model::i486);
    bench.rings.reg(GeneralRegister::esi) = data;
    bench.program("8b 06 0f 09 8b 06");
    bench.step(2);
    bench.step();
    CHECK(bench.added(Adder::cache) == 2 * 4);  // code and data
}

TEST_CASE("an operand off its boundary", "[memory_model]") {
    struct Row {
        Model model;
        std::uint32_t offset;
        std::int64_t dword;
        std::int64_t word;
    };
    const auto row =
        GENERATE(Row{Model::i386, 0, 0, 0}, Row{Model::i386, 1, 2, 0}, Row{Model::i386, 2, 2, 0},
                 Row{Model::i386, 3, 2, 2}, Row{Model::i486, 1, 3, 0}, Row{Model::i486, 3, 3, 3},
                 Row{Model::pentium, 2, 3, 0}, Row{Model::pentium, 3, 3, 3},
                 Row{Model::p6, 1, 0, 0}, Row{Model::p6, 0x1F, 9, 9});
    MemoryBench bench(row.model);
    bench.rings.reg(GeneralRegister::esi) = data + row.offset;
    bench.program("8b 06 66 8b 06 01 06");  // mov eax,[esi]; mov ax,[esi]; add [esi],eax
    bench.step();
    CHECK(bench.added(Adder::misaligned) == row.dword);
    bench.step();
    CHECK(bench.added(Adder::misaligned) == row.word);
    bench.step();
    CHECK(bench.added(Adder::misaligned) == 2 * row.dword);
}

TEST_CASE("wait states slow each bus cycle of i386, and each line elsewhere", "[memory_model]") {
    const auto [model, wait] = GENERATE(
        table<Model, std::int64_t>({{Model::i386, 2}, {Model::i486, 4}, {Model::pentium, 4}}));
    MemoryBench bench(model, 0, 2);
    bench.rings.reg(GeneralRegister::esi) = data;
    bench.program("90 8b 06");
    bench.step();
    bench.step();
    CHECK(bench.added(Adder::wait) == wait);
}

TEST_CASE("pushes leave the bus no time to fetch code", "[memory_model]") {
    MemoryBench bench(Model::i386);
    bench.program("50 50 50 50 50 50 50 50 50 50 50 50 50 50 50 50 50 50 50 50 50");
    bench.step(4);
    CHECK(bench.added(Adder::queue) == 0);
    bench.step();
    CHECK(bench.added(Adder::queue) == 2);
    bench.step(16);
    CHECK(bench.added(Adder::queue) == 4 * 2);
}

TEST_CASE("a jump to what stands behind it empties the queue, a branch not taken does not",
          "[memory_model]") {
    const auto [jump, wait] =
        GENERATE(table<std::string, std::int64_t>({{"eb 00 90", 1}, {"75 00 90", 0}}));
    MemoryBench bench(Model::i386, 0, 1);
    bench.rings.cpu.set_eflags(flag::zf | 2);
    bench.program(jump);
    bench.step();
    bench.step();
    CHECK(bench.added(Adder::wait) == wait);
}

TEST_CASE("two operands of a pair in one bank of pentium's cache wait for each other",
          "[memory_model]") {
    const auto [second, wait] = GENERATE(table<std::string, std::int64_t>({
        {"8a 57 04", 0},     // mov dl,[edi+4]
        {"8a 57 1c", 0},     //
        {"8a 57 20", 1},     // 32 bytes on: the same bank
        {"8a 57 22", 1},     //
        {"26 8a 57 20", 0},  // a prefix keeps it out of the V pipe
    }));
    MemoryBench bench(Model::pentium);
    bench.program("8a 06 " + second + " f4");  // behind mov al,[esi]
    for (int round = 0; round < 2; ++round) {
        bench.rings.enter(0);
        bench.rings.reg(GeneralRegister::esi) = data;
        bench.rings.reg(GeneralRegister::edi) = data;
        bench.note();
        bench.rings.run_on();
    }
    CHECK(bench.added(Adder::cache) == wait);
}

TEST_CASE("finished elements of a repeated instruction keep what they added", "[memory_model]") {
    // REP LODSD off its boundary, the third element on a page that is not there.
    MemoryBench bench(Model::i486);
    bench.rings.enable_paging();
    bench.rings.unmap(data + 0x1000);
    bench.rings.reg(GeneralRegister::esi) = data + 0x1000 - 10;
    bench.rings.reg(GeneralRegister::ecx) = 5;
    bench.program("f3 ad");
    bench.rings.run_on();
    CHECK(bench.rings.faulted(Vector::page_fault, 0, 0));
    CHECK(bench.rings.reg(GeneralRegister::ecx) == 3);
    CHECK(bench.added(Adder::misaligned) == 2 * 3);
}

TEST_CASE("an event divides a repeated instruction where its elements' adders bring it",
          "[memory_model]") {
    // At 10 wait states an element of REP STOSD takes i386 5 clocks and 10 of waiting.
    MemoryBench bench(Model::i386, 0, 10);
    bench.rings.reg(GeneralRegister::edi) = data;
    bench.rings.reg(GeneralRegister::ecx) = 100;
    bench.program("f3 ab");
    const std::uint64_t begin = bench.rings.cpu.clock;
    bench.rings.cpu.run(begin + 10 + 5 + 4 * 15 + 1);
    CHECK(bench.rings.reg(GeneralRegister::ecx) == 95);
    CHECK(bench.clocks() == 10 + 5 + 5 * 15);
}

TEST_CASE("instructions of five bytes wait for the bus, not those of four", "[memory_model]") {
    MemoryBench bench(Model::i386);
    bench.program("b8 01 00 00 00 b8 02 00 00 00 b8 03 00 00 00 b8 04 00 00 00 b8 05 00 00 00");
    bench.step(5);
    CHECK(bench.added(Adder::queue) == 2);
    MemoryBench shorter(Model::i386);
    shorter.program("8d 40 04 90 8d 44 60 04 8d 44 60 04 8d 44 60 04 8d 44 60 04 8d 44 60 04");
    shorter.step(7);
    CHECK(shorter.added(Adder::queue) == 0);
}
