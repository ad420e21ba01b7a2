// SPDX-License-Identifier: MIT
#include <catch2/catch.hpp>

#include "support/test_cpu.hpp"

using ringside::Cycles;
using ringside::cpu::Fault;
using ringside::cpu::Model;
using ringside::test::TestCpu;
namespace flag = ringside::cpu::flag;

namespace {

constexpr std::uint32_t all_flags = flag::cf | flag::pf | flag::af | flag::zf | flag::sf | flag::of;

}  // namespace

TEST_CASE("shl eax, 1: OF tells that the sign changed", "[cpu][shift]") {
    auto cpu = TestCpu::running("d1 e0");
    cpu.eax() = 0xc0000000;
    cpu.step();
    CHECK(cpu.eax() == 0x80000000);
    CHECK((cpu.flags() & (flag::cf | flag::of | flag::sf)) == (flag::cf | flag::sf));
    CHECK(cpu.clock() == Cycles{3});
}

TEST_CASE("shl eax, 1 as /6 encodes it too", "[cpu][shift]") {
    auto cpu = TestCpu::running("d1 f0");
    cpu.eax() = 3;
    cpu.step();
    CHECK(cpu.eax() == 6);
}

TEST_CASE("shl eax, cl: a count of 32 is none and changes no flag", "[cpu][shift]") {
    auto cpu = TestCpu::running("d3 e0");
    cpu.eax() = 0x1234;
    cpu.ecx() = 0x20;
    cpu.set_flags(all_flags);
    cpu.step();
    CHECK(cpu.eax() == 0x1234);
    CHECK(cpu.flags() == all_flags);
}

TEST_CASE("shr byte [ebx], 0: the destination must be writable all the same", "[cpu][shift]") {
    auto cpu = TestCpu::in_ring_3("c0 2b 00");
    cpu.ebx() = TestCpu::data_address;
    cpu.set_page(TestCpu::data_address, TestCpu::Page::read_only);
    constexpr std::uint32_t write_by_user_to_present = 7;
    cpu.expect(Fault::pf({{TestCpu::data_address}, write_by_user_to_present}));
    cpu.step();
}

TEST_CASE("shr al, 9: everything is out, CF too", "[cpu][shift]") {
    auto cpu = TestCpu::running("c0 e8 09");
    cpu.eax() = 0xff;
    cpu.step();
    CHECK(cpu.al() == 0);
    CHECK((cpu.flags() & flag::cf) == 0);
}

TEST_CASE("sar ax, 17: the sign fills the word and CF", "[cpu][shift]") {
    auto cpu = TestCpu::running("66 c1 f8 11");
    cpu.eax() = 0x8000;
    cpu.step();
    CHECK(cpu.ax() == 0xffff);
    CHECK((cpu.flags() & flag::cf) != 0);
}

TEST_CASE("rol al, 8: the byte stays, CF is its lowest bit", "[cpu][shift]") {
    auto cpu = TestCpu::running("c0 c0 08");
    cpu.eax() = 0x81;
    cpu.set_flags(flag::zf);
    cpu.step();
    CHECK(cpu.al() == 0x81);
    CHECK((cpu.flags() & (flag::cf | flag::zf)) == (flag::cf | flag::zf));
}

TEST_CASE("rcl al, 9: nine bits go round once", "[cpu][shift]") {
    auto cpu = TestCpu::running("c0 d0 09");
    cpu.eax() = 0x5a;
    cpu.set_flags(flag::cf);
    cpu.step();
    CHECK(cpu.al() == 0x5a);
    CHECK((cpu.flags() & flag::cf) != 0);
    CHECK(cpu.clock() == Cycles{8 + (30 - 8) * 9 / 31});
}

TEST_CASE("rcr eax, 1: CF enters at the top", "[cpu][shift]") {
    auto cpu = TestCpu::running("d1 d8");
    cpu.eax() = 2;
    cpu.set_flags(flag::cf);
    cpu.step();
    CHECK(cpu.eax() == 0x80000001);
    CHECK((cpu.flags() & (flag::cf | flag::of)) == flag::of);
}

TEST_CASE("shld eax, edx, 8: bits come from the top of EDX", "[cpu][shift]") {
    auto cpu = TestCpu::running("0f a4 d0 08");
    cpu.eax() = 0x12345678;
    cpu.edx() = 0xabcdef01;
    cpu.step();
    CHECK(cpu.eax() == 0x345678ab);
    CHECK(cpu.edx() == 0xabcdef01);
    CHECK(cpu.clock() == Cycles{2});
}

TEST_CASE("shrd eax, edx, cl", "[cpu][shift]") {
    auto cpu = TestCpu::running("0f ad d0");
    cpu.eax() = 0x12345678;
    cpu.edx() = 0xabcdef01;
    cpu.ecx() = 8;
    cpu.step();
    CHECK(cpu.eax() == 0x01123456);
    CHECK(cpu.clock() == Cycles{3});
}

TEST_CASE("shld ax, dx, 20 and shrd: beyond sixteen comes the operand again, on modern the filler",
          "[cpu][shift]") {
    const auto ax = [](std::string_view code, Model model) {
        auto cpu = TestCpu::running(code, model);
        cpu.eax() = 0x1234;
        cpu.edx() = 0xabcd;
        cpu.step();
        return cpu.ax();
    };
    CHECK(ax("66 0f a4 d0 14", Model::i386) == 0xbcd1);
    CHECK(ax("66 0f a4 d0 14", Model::p6) == 0xbcd1);
    CHECK(ax("66 0f a4 d0 14", Model::modern) == 0xbcda);
    CHECK(ax("66 0f ac d0 14", Model::p6) == 0x4abc);
    CHECK(ax("66 0f ac d0 14", Model::modern) == 0xdabc);
}
