// SPDX-License-Identifier: MIT
#include <catch2/catch.hpp>

#include "base/ensure.hpp"
#include "support/temporary_folder.hpp"
#include "vectors/files.hpp"
#include "vectors/flag_masks.hpp"
#include "vectors/fpu_image.hpp"
#include "vectors/moo_builder.hpp"
#include "vectors/requirement.hpp"

using namespace ringside;
using namespace ringside::vectors;
using ringside::host::TemporaryFolder;

namespace {

template <typename... B>
std::vector<std::byte> code(B... bytes) {
    return {static_cast<std::byte>(bytes)...};
}

constexpr const char* csv =
    "op,re,g,ex,66,mnemonic,f_umask,desc\n"
    "08,,,,1,OR,0xFFEF,\"or, bytes\"\n"
    "C1,,2,4,1,SHL,FFEF,\n"
    "0FBA,,8,4,1,BT,0xF72B,\n"
    "90,,,,,NOP,,\n"
    ",,,,,,,\n";

}  // namespace

TEST_CASE("metadata: the 80386 suite's masks, by opcode and group", "[vectors]") {
    const auto masks = FlagMasks::from_csv("80386.csv", csv);
    CHECK(masks.size() == 3);
    CHECK(masks.find(code(0x08, 0xC0)) == 0xFFEF);
    CHECK(masks.find(code(0x66, 0x67, 0xC1, 0xE0, 1)) == 0xFFEF);
    CHECK_FALSE(masks.find(code(0xC1, 0xC0, 1)).has_value());
    CHECK(masks.find(code(0x0F, 0xBA, 0xE0, 1)) == 0xF72B);
    CHECK_FALSE(masks.find(code(0x90)).has_value());
    CHECK_FALSE(masks.find(code(0x66)).has_value());
    CHECK_FALSE(masks.find({}).has_value());
}

TEST_CASE("metadata: a CSV that is none names its line", "[vectors]") {
    CHECK_THROWS_WITH(FlagMasks::from_csv("a.csv", ""), "a.csv:1: no column 'op'");
    CHECK_THROWS_WITH(FlagMasks::from_csv("a.csv", "op,ex\n"), "a.csv:1: no column 'f_umask'");
    CHECK_THROWS_WITH(FlagMasks::from_csv("a.csv", "op,ex,f_umask\n90,,1\n91,,zz\n"),
                      Catch::StartsWith("a.csv:3: "));
    CHECK_THROWS_AS(FlagMasks::from_csv("a.csv", "op,ex,f_umask\n12345,,1\n"), InputError);
}

TEST_CASE("metadata: the 80286 suite's masks", "[vectors]") {
    const auto masks = FlagMasks::from_json("metadata.json",
                                            R"({"opcodes": {"08": {"flags-mask": 65519}, "0F00": {},
                             "D3": {"reg": {"4": {"flags-mask": 63487}, "5": {}}}}})");
    CHECK(masks.find(code(0x2E, 0x08, 0x00)) == 0xFFEF);
    CHECK(masks.find(code(0xD3, 0xE0)) == 0xF7FF);
    CHECK_FALSE(masks.find(code(0xD3, 0xE8)).has_value());
    for (const char* bad : {"", "[]", "{", R"({"opcodes": {"xyz": {}}})",
                            R"({"opcodes": {"08": {"flags-mask": "all"}}})"}) {
        CHECK_THROWS_AS(FlagMasks::from_json("metadata.json", bad), InputError);
    }
}

TEST_CASE("metadata: revoked tests by their hashes", "[vectors]") {
    const auto hashes = read_revocations(
        "r.txt", "# bad ones\n000102030405060708090a0b0c0d0e0f10111213  # why\r\n\n");
    REQUIRE(hashes.size() == 1);
    CHECK(hashes.begin()->at(19) == 0x13);
    CHECK_THROWS_WITH(read_revocations("r.txt", "\n0001\n"), Catch::StartsWith("r.txt:2: "));
}

TEST_CASE("metadata: found beside the file or in the folder above", "[vectors]") {
    const TemporaryFolder folder;
    folder.write("80386.csv", csv);
    folder.write("v1/revocation_list.txt", std::string(40, 'A') + "\n");
    const auto metadata = metadata_of(folder.path().string() + "/v1/08.MOO.gz");
    CHECK(metadata.masks.size() == 3);
    CHECK(metadata.revoked.size() == 1);
    CHECK(metadata_of(folder.path().string() + "/v1/v2/v3/08.MOO").revoked.empty());
}

TEST_CASE("metadata: files are found by their names, sorted", "[vectors]") {
    const TemporaryFolder folder;
    folder.write("b.moo", "");
    folder.write("A.MOO.GZ", "");
    folder.write("c.txt", "");
    const auto found = find_files({folder.path().string()});
    REQUIRE(found.size() == 2);
    CHECK(found[0] < found[1]);
    CHECK_THROWS_AS(find_files({folder.path().string() + "/nothing"}), InputError);
    CHECK_THROWS_WITH(read_vector_file("/dev/null"), "/dev/null: is no regular file");
}

TEST_CASE("metadata: what the manual leaves undefined", "[vectors]") {
    CHECK(undefined_flags("xor") == 0x10);
    CHECK(undefined_flags("shl") == 0x811);
    CHECK(undefined_flags("bsf") == 0x895);
    for (const char* defined : {"add", "sh", "l", "", "x"}) {
        CHECK(undefined_flags(defined) == 0);
    }
}

TEST_CASE("requirement: a part that CPUID does not show is named", "[vectors]") {
    CHECK(missing_part(code(0x0F, 0x58, 0xC1), true, cpu::Model::i486) == "SSE");
    CHECK(missing_part(code(0x66, 0x0F, 0x58, 0xC1), true, cpu::Model::i486) == "SSE2");
    CHECK(missing_part(code(0x0F, 0x77), true, cpu::Model::i486) == "MMX");
    CHECK(missing_part(code(0x0F, 0xAE, 0x00), true, cpu::Model::i486) == "FXSR");
    CHECK(missing_part(code(0xDB, 0x08), true, cpu::Model::i486) == "SSE3");
    CHECK(missing_part(code(0xD9, 0xE8), true, cpu::Model::i386) == "FPU");
    // The state of the x87 goes in and out by FXRSTOR and FXSAVE.
    CHECK(missing_part(code(0xD9, 0xE8), true, cpu::Model::i486) == "FXSR");
    CHECK(missing_part(code(0xD9, 0xD1), true, cpu::Model::i486) == "FXSR");
    CHECK(missing_part(code(0xD9, 0xE8), true, cpu::Model::p6).empty());
    CHECK(missing_part(code(0xDB, 0x08), true, cpu::Model::p6) == "SSE3");
    for (const auto& integer : {code(0x40), code(0x0F, 0x0B), code(0xF3, 0x90), code(0x0F)}) {
        CHECK(missing_part(integer, true, cpu::Model::i486).empty());
    }
}

TEST_CASE("fpu image: what FXSAVE stores is read back", "[vectors]") {
    FpuState state;
    state.control = 0x27F;
    state.status = 0x3801;
    state.tags = 0x81;
    state.mxcsr = 0x1FBF;
    state.st[7][9] = 0x7F;
    state.xmm[7][15] = 0xEE;
    const FpuImage image = to_image(state);
    CHECK(image[160 + 7 * 16 + 15] == std::byte{0xEE});
    CHECK(image[32 + 7 * 16 + 9] == std::byte{0x7F});
    const FpuState back = from_image(image);
    CHECK(back.control == state.control);
    CHECK(back.status == state.status);
    CHECK(back.tags == state.tags);
    CHECK(back.mxcsr == state.mxcsr);
    CHECK(back.st == state.st);
    CHECK(back.xmm == state.xmm);
}
