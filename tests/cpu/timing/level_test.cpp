// SPDX-License-Identifier: MIT
#include <catch2/catch.hpp>

#include <string_view>

#include "cpu/timing/level.hpp"
#include "cpu/timing/pipeline.hpp"
#include "support/test_cpu.hpp"

using ringside::cpu::Model;
using ringside::cpu::timing::Level;
using ringside::test::TestCpu;

namespace {

/// Clocks of a program that ends in HLT, HLT's own among them.
std::uint64_t clocks_at(Level level, Model model, std::string_view code) {
    TestCpu cpu = TestCpu::timed(code, model, level);
    cpu.ecx() = 3;
    cpu.ebp() = TestCpu::data_address + 0x100;
    cpu.esi() = cpu.edi() = TestCpu::data_address;
    cpu.run();
    return cpu.clock().value;
}

}  // namespace

TEST_CASE("at the level count every instruction is one clock", "[timing]") {
    const Model model = GENERATE(Model::i386, Model::i486, Model::pentium, Model::p6);
    const auto counted = [model](std::string_view code) {
        return clocks_at(Level::count, model, code) - 1;  // but for the HLT
    };
    CHECK(counted("") == 0);
    CHECK(counted("90") == 1);
    CHECK(counted("f7 e1") == 1);                 // mul ecx
    CHECK(counted("c1 d0 05") == 1);              // rcl eax,5
    CHECK(counted("26 8b 06") == 1);              // mov eax,es:[esi]
    CHECK(counted("60 61") == 2);                 // pushad, popad
    CHECK(counted("c8 08 00 02 c9") == 2);        // enter 8,2; leave
    CHECK(counted("49 75 fd") == 6);              // dec ecx; jnz back: three rounds
    CHECK(counted("e2 fe") == 3);                 // loop to itself
    CHECK(counted("f3 a4") == 1);                 // rep movsb of three bytes
    CHECK(counted("31 c9 f3 a4") == 2);           // of none
    CHECK(counted("e8 01 00 00 00 f4 58") == 2);  // call; pop
}

TEST_CASE("at the level count an interrupt and its return are one clock each", "[timing]") {
    const Model model = GENERATE(Model::i386, Model::i486, Model::pentium, Model::p6);
    TestCpu cpu = TestCpu::timed("cd 40", model, Level::count);
    cpu.expect(ringside::cpu::Vector{0x40});
    cpu.run();
    CHECK(cpu.clock().value == 2);  // int 40h and its handler, a HLT
}

TEST_CASE("at the level count a fault's delivery is the clock of what faulted", "[timing]") {
    TestCpu cpu = TestCpu::timed("90 0f 0b", Model::i486, Level::count);
    cpu.expect(ringside::cpu::Fault::ud());
    cpu.run();
    CHECK(cpu.clock().value == 3);  // nop, the delivery of #UD, the handler's HLT
}

TEST_CASE("the levels that add nothing have no pipeline", "[timing]") {
    const auto has_pipeline = [](Model model, Level level) {
        return TestCpu::timed("", model, level).core().pipeline != nullptr;
    };
    for (const Model model : {Model::i386, Model::i486, Model::pentium, Model::p6}) {
        CHECK_FALSE(has_pipeline(model, Level::count));
        CHECK_FALSE(has_pipeline(model, Level::table));
        CHECK(has_pipeline(model, Level::pipe) == (model != Model::i386));
        CHECK(has_pipeline(model, Level::memory));
    }
}
