// SPDX-License-Identifier: MIT
#include <catch2/catch.hpp>

#include "base/ensure.hpp"
#include "vectors/moo_builder.hpp"
#include "vectors/report.hpp"
#include "vectors/run.hpp"

using namespace ringside;
using namespace ringside::test;
using namespace ringside::vectors;

namespace {

RunResult run(const Bytes& file, const RunOptions& options = {}) {
    const VectorFile read{read_container("a.moo", file.data), {}};
    return run_vectors(read, 0, read.container.tests.size(), options);
}

RunResult run_ring3(const TestChunk& test, const RunOptions& options = {}) {
    return run(moo_file({test}, ring3_machine()), options);
}

bool passes(const TestChunk& test) {
    const RunResult result = run_ring3(test);
    for (const std::string& text : result.failures) {
        UNSCOPED_INFO(text);
    }
    return result.counts.passed == 1;
}

bool fails_with(const TestChunk& test, const std::string& line) {
    const RunResult result = run_ring3(test);
    INFO(result.failures.at(0));
    CHECK_THAT(result.failures.at(0), Catch::Contains(line));
    return result.counts.failed == 1;
}

}  // namespace

TEST_CASE("run: inc eax completes before the HLT", "[vectors]") {
    const std::vector<std::uint8_t> inc{0x40};
    CHECK(passes(ring3_test("inc eax", inc, {{eax, 0x7F}},
                            {{eax, 0x80}, {eip, code_page + 1}, {eflags, 0x212}})));
    CHECK(fails_with(ring3_test("inc eax", inc, {{eax, 0x7F}},
                                {{eax, 0x81}, {eip, code_page + 1}, {eflags, 0x212}}),
                     "eax: expected 00000081, got 00000080"));
    CHECK(fails_with(ring3_test("inc eax", inc, {{eax, 0x7F}}, {{eip, code_page + 1}}),
                     "eflags: expected 00000202, got 00000212"));
}

TEST_CASE("run: a full difference has bytes, disassembly and the state before", "[vectors]") {
    const auto text = run_ring3(ring3_test("inc eax", {0x40})).failures.at(0);
    CHECK_THAT(text, Catch::StartsWith("FAIL  a.moo #0 inc eax\n      40  inc eax\n"));
    CHECK_THAT(text, Catch::Contains("cs=001B ds=0023"));
}

TEST_CASE("run: masked bits of registers and memory are not compared", "[vectors]") {
    TestChunk t = ring3_test("inc eax", {0x40}, {}, {{eip, code_page + 1}});
    t.after.chunk("RM32", registers32({{eax, 0xFFFFFFFE}}));
    CHECK(passes(t));
    // mov [2000h], al
    TestChunk store = ring3_test("mov [0x2000], al", {0xA2, 0x00, 0x20, 0, 0}, {{eax, 0x5A}},
                                 {{eip, code_page + 5}});
    CHECK(fails_with(store, "memory: expected [00002000] 00, got 5A"));
    store.after.chunk("UNDM", ram({{data_page, 0x5A}}));
    CHECK(passes(store));
    TestChunk right = ring3_test("mov [0x2000], al", {0xA2, 0x00, 0x20, 0, 0}, {{eax, 0x5A}},
                                 {{eip, code_page + 5}});
    right.after.chunk("RAM ", ram({{data_page, 0x5A}}));
    CHECK(passes(right));
}

TEST_CASE("run: no vector sees what another one stored", "[vectors]") {
    TestChunk store = ring3_test("mov [0x2000], al", {0xA2, 0x00, 0x20, 0, 0}, {{eax, 0x5A}},
                                 {{eip, code_page + 5}});
    store.after.chunk("RAM ", ram({{data_page, 0x5A}}));
    const TestChunk load = ring3_test("mov al, [0x2000]", {0xA0, 0x00, 0x20, 0, 0}, {{eax, 0x77}},
                                      {{eax, 0}, {eip, code_page + 5}});
    CHECK(run(moo_file({store, load, store, load}, ring3_machine())).counts.passed == 4);
}

TEST_CASE("run: an event is compared at its frame", "[vectors]") {
    const std::vector<std::uint8_t> write{0xA2, 0x00, 0x30, 0, 0};  // to the read-only page
    CHECK(passes(ring3_test("mov [0x3000], al", write, {}, {{eflags, 0x10202}},
                            event(14, 7, read_only_page))));
    CHECK(fails_with(ring3_test("mov [0x3000], al", write, {}, {{eflags, 0x10202}},
                                event(14, 7, read_only_page + 1)),
                     "cr2: expected 00003001, got 00003000"));
    CHECK(fails_with(ring3_test("mov [0x3000], al", write, {}, {{eflags, 0x10202}},
                                event(14, 5, read_only_page)),
                     "error_code: expected 00000005, got 00000007"));
    CHECK(
        fails_with(ring3_test("mov [0x3000], al", write), "outcome: expected completed, got #PF"));
    CHECK(passes(ring3_test("int3", {0xCC}, {}, {{eip, code_page + 1}}, event(3))));
    CHECK(passes(
        ring3_test("int 0x21", {0xCD, 0x21}, {}, {{eflags, 0x10202}}, event(13, 0x21 * 8 + 2))));
    CHECK(passes(ring3_test("ud2", {0x0F, 0x0B}, {}, {{eflags, 0x10202}}, event(6))));
}

TEST_CASE("run: behind a single step undefined flags are not compared", "[vectors]") {
    // xor eax, eax leaves AF undefined; the trap has flags with TF and without RF.
    TestChunk t = ring3_test("xor eax, eax", {0x31, 0xC0}, {{eax, 1}, {eflags, 0x302}},
                             {{eax, 0}, {eip, code_page + 2}, {eflags, 0x356}}, event(1));
    CHECK(passes(t));
    t.name = "add eax, eax";
    CHECK(run_ring3(t).counts.failed == 1);
}

TEST_CASE("run: an instruction that never ends is a difference", "[vectors]") {
    CHECK(fails_with(ring3_test("jmp -2", {0xEB, 0xFE}), "no end after"));
}

TEST_CASE("run: what the CPU lacks is skipped and named", "[vectors]") {
    const auto sse = ring3_test("addps xmm0, xmm1", {0x0F, 0x58, 0xC1});
    RunOptions options;
    options.model = cpu::Model::i486;
    auto result = run_ring3(sse, options);
    CHECK(result.counts.skipped == 1);
    CHECK(result.skips.contains("no SSE in CPUID of i486"));
    const auto cmov = ring3_test("cmovz eax, ecx", {0x0F, 0x44, 0xC1}, {}, {{eip, code_page + 3}});
    CHECK(run_ring3(cmov).counts.passed == 1);
    result = run_ring3(cmov, options);
    CHECK(result.skips.contains("i486 refuses with #UD: cmovz"));
    const auto v86 = ring3_test("nop", {0x90}, {{eflags, 0x20202}});
    CHECK(run_ring3(v86).skips.contains("in virtual 8086 mode"));
}

TEST_CASE("run: vectors that the machine cannot take are errors", "[vectors]") {
    const auto error_of = [](const TestChunk& test, const Bytes& machine) -> std::string {
        try {
            static_cast<void>(run(moo_file({test}, machine)));
        } catch (const InputError& error) {
            return error.what();
        }
        return {};
    };
    CHECK(error_of(ring3_test("nop", {0x90}, {{ds, 0x1233}}), ring3_machine()) ==
          "a.moo: test 0: ds = 1233 is beyond its table");
    TestChunk outside = ring3_test("nop", {0x90});
    outside.after.chunk("RAM ", ram({{0x9000, 1}}));
    CHECK(error_of(outside, ring3_machine()) ==
          "a.moo: test 0 changes memory that is not there at 0x9000");
    CHECK_THAT(error_of(ring3_test("nop", {0x90}), ring3_machine(0x11)),
               Catch::Contains("XENV: CR0 0x11"));
}

TEST_CASE("run: real mode, up to the HLT", "[vectors]") {
    TestChunk t;
    t.name = "mov ax, 1234h";
    t.bytes = {0xB8, 0x34, 0x12, 0xF4};
    t.before.chunk("REGS", registers16({{4, 0x100}, {12, 0x20}, {13, 0xF002}}));
    t.before.chunk("RAM ", ram({{0x1020, 0xB8}, {0x1021, 0x34}, {0x1022, 0x12}, {0x1023, 0xF4}}));
    t.after.chunk("REGS", registers16({{0, 0x1234}, {12, 0x24}, {13, 2}}));
    CHECK(run(moo_file({t}, {}, "C286")).counts.passed == 1);
}

TEST_CASE("a vector's mnemonic is the first word that is no prefix", "[vectors]") {
    CHECK(mnemonic_of("lock add [eax], cl") == "add");
    CHECK(mnemonic_of("ss rep movsw") == "movsw");
    CHECK(mnemonic_of("cs repne movsw") == "movsw");
    CHECK(mnemonic_of("nop") == "nop");
}

TEST_CASE("run: revoked tests and the suite's flag masks", "[vectors]") {
    TestChunk t;
    t.name = "or al, al";
    t.bytes = {0x08, 0xC0, 0xF4};
    t.before.chunk("REGS", registers16({{4, 0x100}, {12, 0x20}, {13, 2}}));
    t.before.chunk("RAM ", ram({{0x1020, 0x08}, {0x1021, 0xC0}, {0x1022, 0xF4}}));
    t.after.chunk("REGS", registers16({{12, 0x23}, {13, 0x56}}));  // AF as some 286 leaves it
    t.more.chunk("HASH", Bytes().u32(0).u32(0).u32(0).u32(0).u32(0));
    VectorFile file{read_container("a.moo", moo_file({t}).data), {}};
    file.metadata.masks = FlagMasks::from_csv("a.csv", "op,ex,f_umask\n08,,FFEF\n");
    CHECK(run_vectors(file, 0, 1, {}).counts.passed == 1);
    file.metadata.revoked.insert(Hash{});
    CHECK(run_vectors(file, 0, 1, {}).skips.contains("revoked by its makers"));
}
