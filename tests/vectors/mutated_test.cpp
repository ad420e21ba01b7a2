// SPDX-License-Identifier: MIT
#include <catch2/catch.hpp>

#include <random>

#include "base/ensure.hpp"
#include "support/soak.hpp"
#include "vectors/gzip.hpp"
#include "vectors/moo_builder.hpp"
#include "vectors/run.hpp"

using namespace ringside;
using namespace ringside::test;
using namespace ringside::vectors;

namespace {

/// Either the whole file runs, or an InputError says what is wrong with it.
bool runs_or_says_why(const std::vector<std::byte>& bytes) {
    try {
        const VectorFile file{read_container("a.moo", bytes), {}};
        const auto counts = run_vectors(file, 0, file.container.tests.size(), {}).counts;
        return counts.passed + counts.failed + counts.skipped == file.container.tests.size();
    } catch (const InputError& error) {
        return error.exit_status() == 2 &&
               std::string(error.what()).find('\n') == std::string::npos;
    }
}

Bytes protected_mode_file() {
    TestChunk far_jump = ring3_test("jmp 1bh:1000h", {0xEA, 0, 0x10, 0, 0, 0x1B, 0});
    TestChunk state = ring3_test("fld1", {0xD9, 0xE8});
    state.before.chunk("FPST", Bytes().u32(3).u16(0x37F).u16(0));
    return moo_file({ring3_test("inc eax", {0x40}, {}, {{eax, 1}}), far_jump, state,
                     ring3_test("mov es, ax", {0x8E, 0xC0}, {{eax, ring3_data}}),
                     ring3_test("popf", {0x9D}), ring3_test("iret", {0xCF}),
                     ring3_test("mov [0x3000], al", {0xA2, 0, 0x30, 0, 0}, {}, {{eflags, 0x10202}},
                                event(14, 7, read_only_page))},
                    ring3_machine());
}

Bytes real_mode_file() {
    TestChunk t;
    t.bytes = {0xB8, 0x34, 0x12, 0xF4};
    t.before.chunk("REGS", registers16({{4, 0x100}, {12, 0x20}, {13, 2}}));
    t.before.chunk("RAM ", ram({{0x1020, 0xB8}, {0x1021, 0x34}, {0x1022, 0x12}, {0x1023, 0xF4}}));
    t.after.chunk("REGS", registers16({{0, 0x1234}, {12, 0x24}}));
    t.more.chunk("EXCP", Bytes().u8(13).u32(0x2000));
    return moo_file({t, t});
}

}  // namespace

TEST_CASE("vectors: mutated files run or say what is wrong", "[vectors]") {
    std::mt19937 random(4);
    for (const Bytes& original : {protected_mode_file(), real_mode_file()}) {
        REQUIRE(runs_or_says_why(original.data));
        // The page of HLTs is most of the file, and says little.
        std::vector<std::size_t> places;
        for (std::size_t i = 0; i < original.data.size(); ++i) {
            if (original.data[i] != std::byte{0xF4} || i % 512 == 0) {
                places.push_back(i);
            }
        }
        for (int round = 0; round < rounds(25); ++round) {
            auto bytes = original.data;
            for (unsigned n = random() % 4 + 1; n != 0; --n) {
                const std::size_t at = places[random() % places.size()];
                bytes[at] = random() % 2 == 0
                                ? static_cast<std::byte>(random())
                                : bytes[at] ^ static_cast<std::byte>(1U << random() % 8);
            }
            INFO(round);
            REQUIRE(runs_or_says_why(bytes));
        }
    }
}

TEST_CASE("vectors: damaged gzip data unpacks or says what is wrong", "[vectors]") {
    std::mt19937 random(5);
    const auto packed = pack(protected_mode_file().data);
    for (int round = 0; round < rounds(25); ++round) {
        auto bytes = packed;
        bytes[random() % bytes.size()] = static_cast<std::byte>(random());
        INFO(round);
        REQUIRE(runs_or_says_why(bytes));
    }
}
