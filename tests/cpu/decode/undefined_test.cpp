// SPDX-License-Identifier: MIT
#include <array>

#include <catch2/catch.hpp>

#include "cpu/decode/decoder.hpp"
#include "support/test_cpu.hpp"

using ringside::cpu::Fault;
using ringside::cpu::Model;
using ringside::test::TestCpu;

namespace {

void check_undefined(const char* code, Model model) {
    CAPTURE(code, static_cast<int>(model));
    auto cpu = TestCpu::running(code, model);
    cpu.eax() = TestCpu::data_address;
    cpu.expect(Fault::ud());
    cpu.step();
    CHECK(cpu.offset() == 0);
}

void check_runs(const char* code, std::uint32_t length, Model model) {
    CAPTURE(code, static_cast<int>(model));
    auto cpu = TestCpu::running(code, model);
    cpu.eax() = TestCpu::data_address;
    cpu.step();
    CHECK(cpu.offset() == length);
}

}  // namespace

TEST_CASE("ud0, ud1, ud2 are undefined on purpose", "[cpu][decode]") {
    const auto model = GENERATE(Model::i386, Model::i486, Model::pentium, Model::p6);
    check_undefined("0f ff 00", model);
    check_undefined("0f b9 00", model);
    check_undefined("0f 0b", model);
}

TEST_CASE("lock is for what reads and writes memory", "[cpu][decode]") {
    check_undefined("f0 40", Model::p6);           // lock inc eax
    check_undefined("f0 01 c0", Model::p6);        // lock add eax, eax
    check_undefined("f0 8b 00", Model::p6);        // lock mov eax, [eax]
    check_undefined("f0 90", Model::p6);           // lock nop
    check_undefined("f0 0f ba 20 01", Model::p6);  // lock bt dword [eax], 1
    check_runs("f0 0f ba 28 01", 5, Model::p6);    // lock bts dword [eax], 1
    check_runs("f0 ff 00", 3, Model::i386);        // lock inc dword [eax]
}

TEST_CASE("0f 18 to 0f 1f are hints from the P6 on", "[cpu][decode]") {
    const char* const hint = GENERATE("0f 18 00", "0f 18 20", "0f 19 00", "0f 1a 00", "0f 1b c0",
                                      "0f 1c 00", "0f 1d 00", "0f 1e c0", "0f 1f 00");
    check_runs(hint, 3, Model::p6);
    check_undefined(hint, Model::pentium);
    check_undefined(hint, Model::i386);
}

TEST_CASE("endbr32 is a hint NOP", "[cpu][decode]") {
    check_runs("f3 0f 1e fb", 4, Model::p6);
}

TEST_CASE("0f 0d was 3DNow!'s prefetch", "[cpu][decode]") {
    check_undefined("0f 0d 00", Model::p6);
    check_undefined("0f 0d c0", Model::p6);
}

TEST_CASE("pause is a nop everywhere", "[cpu][decode]") {
    check_runs("f3 90", 2, GENERATE(Model::i386, Model::p6));
}

TEST_CASE("instructions of later processors are undefined", "[cpu][decode]") {
    check_undefined("f3 0f b8 c0", Model::p6);    // popcnt eax, eax
    check_undefined("0f 38 f0 00", Model::p6);    // movbe eax, [eax]
    check_undefined("0f c7 f0", Model::p6);       // rdrand eax
    check_undefined("c6 f8 11", Model::p6);       // xabort 0x11
    check_undefined("0f 05", Model::p6);          // syscall
    check_undefined("0f 40 c1", Model::pentium);  // cmovo eax, ecx
    check_undefined("0f c7 08", Model::i486);     // cmpxchg8b [eax]
    check_undefined("0f c8", Model::i386);        // bswap eax
    check_undefined("0f b1 08", Model::i386);     // cmpxchg [eax], ecx
    check_undefined("0f c1 08", Model::i386);     // xadd [eax], ecx
}

TEST_CASE("aliases of the opcode map run", "[cpu][decode]") {
    auto cpu = TestCpu::running("82 c0 05 f6 c8 05");  // add al, 5; test al, 5
    cpu.step();
    CHECK(cpu.al() == 5);
    cpu.step();
    CHECK((cpu.flags() & ringside::cpu::flag::zf) == 0);
    CHECK(cpu.offset() == 6);
}

TEST_CASE("registers that do not exist are undefined", "[cpu][decode]") {
    check_undefined("8c f0", Model::p6);     // mov eax, segment 6
    check_undefined("8e c8", Model::p6);     // mov cs, eax
    check_undefined("0f 20 c8", Model::p6);  // mov eax, cr1
    check_undefined("8d c0", Model::p6);     // lea eax, eax
    check_undefined("62 c0", Model::p6);     // bound eax, eax
    check_undefined("c4 c0", Model::p6);     // les eax, eax
}

TEST_CASE("more than fifteen bytes are #GP(0)", "[cpu][decode]") {
    auto cpu = TestCpu::running("66 66 66 66 66 66 66 66 66 66 66 66 66 66 66 90");
    cpu.expect(Fault::gp(0));
    cpu.step();
}

TEST_CASE("an instruction is no longer than fifteen bytes, 0F 24 among them", "[cpu][decode]") {
    std::array<std::byte, 16> bytes{};
    bytes.fill(std::byte{0x3E});
    bytes[13] = std::byte{0x0F};
    bytes[14] = std::byte{0x24};
    ringside::cpu::Decoded decoded;
    CHECK(ringside::cpu::decode(bytes, true, decoded) != ringside::cpu::DecodeResult::ok);
}
