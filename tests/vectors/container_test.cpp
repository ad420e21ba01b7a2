// SPDX-License-Identifier: MIT
#include <catch2/catch.hpp>

#include "base/ensure.hpp"
#include "vectors/container.hpp"
#include "vectors/gzip.hpp"
#include "vectors/moo_builder.hpp"

using namespace ringside;
using namespace ringside::test;
using namespace ringside::vectors;

namespace {

Container read(const Bytes& bytes) {
    return read_container("a.moo", bytes.data);
}

std::string error_of(const std::vector<std::byte>& bytes) {
    try {
        const Container container = read_container("a.moo", bytes);
        for (std::size_t i = 0; i < container.tests.size(); ++i) {
            static_cast<void>(read_test(container, i));
        }
    } catch (const InputError& error) {
        CHECK(error.exit_status() == 2);
        return error.what();
    }
    return {};
}

std::string error_of(const Bytes& bytes) {
    return error_of(bytes.data);
}

}  // namespace

TEST_CASE("container: registers of 16 bits come in their own order", "[vectors]") {
    TestChunk t;
    t.before.chunk("REGS",
                   registers16({{0, 0x1111}, {4, 0xC5C5}, {8, 0x5959}, {12, 0x1919}, {13, 2}}));
    t.after.chunk("REGS", registers16({{1, 0xBBBB}})).chunk("RMSK", registers16({{13, 0x0FFF}}));
    const Container c = read(moo_file({t}));
    CHECK_FALSE(c.environment.has_value());
    CHECK(c.cpu == "386E");
    const TestVector v = read_test(c, 0);
    CHECK(v.before[Register::eax] == 0x1111);
    CHECK(v.before[Register::cs] == 0xC5C5);
    CHECK(v.before[Register::esp] == 0x5959);
    CHECK(v.before[Register::eip] == 0x1919);
    CHECK(v.after[Register::eax] == 0x1111);
    CHECK(v.after[Register::ebx] == 0xBBBB);
    CHECK(v.mask[Register::eflags] == 0xFFFF0FFF);
}

TEST_CASE("container: registers of 32 bits, masks of the file and of the test", "[vectors]") {
    TestChunk t;
    t.before.chunk("RG32", registers32({{eax, 0x12345678}, {eflags, 0xFFFF0002}}));
    t.after.chunk("RG32", registers32({{eax, 1}})).chunk("RM32", registers32({{eax, 0xFF}}));
    const Container c = read(moo_file({t}, Bytes().chunk("RM32", registers32({{eflags, 0xFFFF}}))));
    const TestVector v = read_test(c, 0);
    CHECK(v.before[Register::eax] == 0x12345678);
    CHECK(v.after[Register::eax] == 1);
    CHECK(v.after[Register::eflags] == 0xFFFF0002);
    CHECK(v.mask[Register::eax] == 0xFF);
    CHECK(v.mask[Register::eflags] == 0xFFFF);
    CHECK(v.mask[Register::ebx] == 0xFFFFFFFF);
}

TEST_CASE("container: memory, exceptions, hashes and chunks nobody knows", "[vectors]") {
    TestChunk t;
    t.name = "lock add [eax], cl";
    t.before.chunk("RAM ", ram({{0x1000, 0xF0}, {0x10FFEF, 0x80}})).chunk("QUEU", Bytes().u32(0));
    t.after.chunk("RAM ", ram({{0x2000, 7}}));
    Bytes hash;
    for (unsigned i = 0; i < 20; ++i) {
        hash.u8(i);
    }
    t.more.chunk("EXCP", Bytes().u8(13).u32(0x2346))
        .chunk("HASH", hash)
        .chunk("GMET", Bytes().u8(1));
    const Container c = read(moo_file({t}, Bytes().chunk("WHAT", Bytes().u32(5))));
    const TestVector v = read_test(c, 0);
    REQUIRE(v.memory_before.size() == 2);
    CHECK(v.memory_before[1].address == 0x10FFEF);
    CHECK(v.memory_before[1].value == 0x80);
    CHECK(v.memory_after.front().value == 7);
    CHECK(v.pushed_flags->vector == 13);
    CHECK(v.pushed_flags->address == 0x2346);
    CHECK(v.hash->at(19) == 19);
    CHECK(mnemonic_of(v.name) == "add");
}

TEST_CASE("container: x87 and SSE state", "[vectors]") {
    TestChunk t = ring3_test("fninit", {0xDB, 0xE3});
    Bytes st;
    st.u32(0x12345678).u32(0x9ABCDEF0).u16(0x3FFF);
    t.before.chunk("FPST", Bytes().u32(1U << 0 | 1U << 3 | 1U << 5).u16(0x27F).u32(0x1FA0).add(st));
    t.after.chunk("FPST", Bytes().u32(1U << 1).u16(0x3800)).chunk("FPMK", Bytes().u16(0xB8FF));
    const TestVector v = read_test(read(moo_file({t}, ring3_machine())), 0);
    REQUIRE(v.fpu_before.has_value());
    CHECK(v.fpu_before->control == 0x27F);
    CHECK(v.fpu_before->mxcsr == 0x1FA0);
    CHECK(v.fpu_before->st[1][9] == 0x3F);
    CHECK(v.fpu_after.control == 0x27F);
    CHECK(v.fpu_after.status == 0x3800);
    CHECK(v.fpu_status_mask == 0xB8FF);
}

TEST_CASE("container: gzip is unpacked, equal bytes pack equally", "[vectors]") {
    const Bytes plain = moo_file({TestChunk{}});
    const auto packed = pack(plain.data);
    CHECK(packed == pack(plain.data));
    CHECK(read_container("a.moo.gz", packed).tests.size() == 1);
    auto twice = packed;
    twice.insert(twice.end(), packed.begin(), packed.end());
    CHECK(unpack("a", twice).size() == 2 * plain.data.size());
    CHECK_THROWS_WITH(unpack("a.gz", packed, 10), Catch::Contains("more than 10 bytes"));
}

TEST_CASE("container: every truncation of a file is an error with its offset", "[vectors]") {
    TestChunk t = ring3_test("inc eax", {0x40}, {}, {{eax, 1}});
    const auto whole = moo_file({t}, ring3_machine()).data;
    CHECK(error_of(whole).empty());
    for (std::size_t size = 0; size < whole.size(); size += size < 400 || size > 4500 ? 1 : 97) {
        const std::vector<std::byte> part(whole.begin(), whole.begin() + static_cast<long>(size));
        INFO(size);
        CHECK(error_of(part).find("a.moo: offset 0x") == 0);
    }
    const auto packed = pack(whole);
    for (std::size_t size = 2; size < packed.size(); size += 7) {
        const std::vector<std::byte> part(packed.begin(), packed.begin() + static_cast<long>(size));
        INFO(size);
        CHECK(error_of(part).find("a.moo: packed offset 0x") == 0);
    }
}

TEST_CASE("container: absurd lengths and counts are errors", "[vectors]") {
    const auto with_machine = [](const Bytes& machine) { return error_of(moo_file({}, machine)); };
    CHECK(error_of(Bytes().text("MZ").u32(0).u16(0)) == "a.moo: offset 0x0: not a MOO file");
    CHECK(error_of(Bytes().text("MOO ").u32(0xFFFFFFFF)).find("wants 4294967295 bytes") !=
          std::string::npos);
    CHECK(error_of(moo_header(7)).find("0 tests where the header counts 7") != std::string::npos);
    CHECK(error_of(Bytes().chunk("MOO ", Bytes().u8(2).u8(0).u16(0).u32(0).text("8088")))
              .find("version 2.0") != std::string::npos);
    CHECK(with_machine(Bytes().chunk("PGMP", Bytes().u32(0x20000000)))
              .find("counts 536870912 entries") != std::string::npos);
    CHECK(with_machine(Bytes().chunk("PGMP", Bytes().u32(1).u32(0).u32(0xFFFFF000).u32(7)))
              .find("whole pages below") != std::string::npos);
    CHECK(with_machine(Bytes().chunk("PGMP", Bytes().u32(1).u32(0).u32(0x7000000).u32(7)))
              .find("maps more than") != std::string::npos);
    CHECK(with_machine(Bytes().chunk("DTAB", Bytes().u32(0x20000)))
              .find("descriptor table of 131072 bytes") != std::string::npos);
    CHECK(with_machine(Bytes().chunk("XENV", Bytes().u32(9).u32(0).u32(0).u32(3).u32(0)))
              .find("XENV version 9") != std::string::npos);
    CHECK(with_machine(ring3_machine(0x80050033, 0)).find("CPL 0") != std::string::npos);
    TestChunk t;
    t.before.chunk("RAM ", Bytes().u32(0xFFFFFFFF).u8(0));
    CHECK(error_of(moo_file({t})).find("counts 4294967295 entries of 5 bytes") !=
          std::string::npos);
    CHECK(error_of(Bytes(moo_header(1)).chunk("TEST", Bytes().u32(0)))
              .find("without INIT and FINA") != std::string::npos);
    TestChunk no_outcome = ring3_test("nop", {0x90});
    no_outcome.more = {};
    CHECK(error_of(moo_file({no_outcome}, ring3_machine())).find("without OUTC") !=
          std::string::npos);
}

TEST_CASE("container: damaged gzip data is an error", "[vectors]") {
    auto packed = pack(moo_file({TestChunk{}}).data);
    auto damaged = packed;
    damaged[packed.size() / 2] ^= std::byte{0x55};
    CHECK(error_of(damaged).find("a.moo: packed offset") == 0);
    packed.push_back(std::byte{0});
    CHECK(error_of(packed).find("bytes behind the end") != std::string::npos);
}
