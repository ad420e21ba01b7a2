// SPDX-License-Identifier: MIT
#include <catch2/catch.hpp>

#include "cpu/msr.hpp"
#include "cpu/privilege/rings.hpp"

using namespace ringside;
using namespace ringside::cpu;
using ringside::test::Rings;

namespace {

constexpr auto gp = Vector::general_protection;

}  // namespace

TEST_CASE("cpuid: leaf 0 names the vendor, leaf 1 the model, later leaves answer as leaf 1",
          "[system]") {
    Rings m(0, Model::p6);
    m.run("31 c0 0f a2 f4");
    CHECK(m.reg(GeneralRegister::eax) == 1);
    CHECK(m.reg(GeneralRegister::ebx) == 0x756E6547);
    CHECK(m.reg(GeneralRegister::edx) == 0x49656E69);
    CHECK(m.reg(GeneralRegister::ecx) == 0x6C65746E);
    for (const std::uint32_t leaf : {1U, 2U, 0x80000000U}) {
        Rings again(0, Model::p6);
        again.reg(GeneralRegister::eax) = leaf;
        again.run("0f a2 f4");
        CHECK(again.reg(GeneralRegister::eax) == 0x6D8);
        CHECK(again.reg(GeneralRegister::ebx) == 0);
        CHECK(again.reg(GeneralRegister::edx) == traits(Model::p6).features);
    }
}

TEST_CASE("cpuid is #UD on i386, rdtsc and rdmsr before pentium", "[system]") {
    struct Row {
        Model model;
        std::string_view code;
    };
    for (const Row& row :
         {Row{Model::i386, "0f a2"}, Row{Model::i486, "0f 31"}, Row{Model::i486, "0f 32"},
          Row{Model::i486, "0f 30"}, Row{Model::pentium, "0f 33"}}) {
        Rings m(0, row.model);
        m.run(row.code);
        CHECK(m.faulted(Vector::invalid_opcode, 0));
    }
}

TEST_CASE("rdtsc counts the clocks before itself, in any block", "[system]") {
    for (const std::string_view code : {"90 90 0f 31 f4", "eb 00 90 0f 31 f4"}) {
        Rings m(0, Model::pentium);
        m.run(code);
        const std::uint32_t counted = m.reg(GeneralRegister::eax);
        Rings stepped(0, Model::pentium);
        stepped.code(Rings::start, code);
        for (int i = 0; i < 4; ++i) {
            stepped.cpu.run(stepped.cpu.clock + 1);
        }
        CHECK(stepped.reg(GeneralRegister::eax) == counted);
        CHECK(counted == (code.starts_with("90") ? 2 : 2));
    }
}

TEST_CASE("rdtsc in ring 3 is #GP(0) under CR4.TSD only", "[system]") {
    Rings m(3, Model::p6);
    m.cpu.cr4 = cr4::tsd;
    m.run("0f 31");
    CHECK(m.faulted(gp, 0, 0));
    Rings open(3, Model::p6);
    open.gate(0x2E, Rings::interrupt32, 3);
    open.run("0f 31 cd 2e");
    CHECK(open.transitions.at(0).vector == Vector{0x2E});
}

TEST_CASE("wrmsr and rdmsr: SYSENTER's three registers and the counter", "[system]") {
    for (const std::uint32_t number : {0x174U, 0x175U, 0x176U}) {
        Rings m(0, Model::p6);
        m.reg(GeneralRegister::ecx) = number;
        m.reg(GeneralRegister::eax) = 0x12345678;
        m.reg(GeneralRegister::edx) = 0;
        m.run("0f 30 31 c0 0f 32 f4");
        CHECK(m.reg(GeneralRegister::eax) == 0x12345678);
        CHECK(m.reg(GeneralRegister::edx) == 0);
    }
    Rings m(0, Model::pentium);
    m.reg(GeneralRegister::ecx) = 0x10;
    m.reg(GeneralRegister::eax) = 1000;
    m.reg(GeneralRegister::edx) = 5;
    m.run("0f 30 0f 31 f4");
    CHECK(m.reg(GeneralRegister::eax) == 1030);
    CHECK(m.reg(GeneralRegister::edx) == 0);
}

TEST_CASE("an MSR that the model lacks is #GP(0)", "[system]") {
    for (const std::string_view code : {"0f 32", "0f 30"}) {
        Rings old(0, Model::pentium);
        old.reg(GeneralRegister::ecx) = 0x174;
        old.run(code);
        CHECK(old.faulted(gp, 0, 0));
        Rings m(0, Model::p6);
        m.reg(GeneralRegister::ecx) = 0x1B;
        m.run(code);
        CHECK(m.faulted(gp, 0, 0));
    }
    CHECK(find_msr(Model::p6, 0x176) != nullptr);
    CHECK(find_msr(Model::pentium, 0x10) != nullptr);
    CHECK(find_msr(Model::i486, 0x10) == nullptr);
}

TEST_CASE("rdpmc: counters 0 and 1 of p6 stand still; above ring 0 CR4.PCE allows it", "[system]") {
    Rings m(0, Model::p6);
    m.reg(GeneralRegister::ecx) = 1;
    m.reg(GeneralRegister::eax) = 9;
    m.run("0f 33 f4");
    CHECK(m.reg(GeneralRegister::eax) == 0);
    Rings beyond(0, Model::p6);
    beyond.reg(GeneralRegister::ecx) = 2;
    beyond.run("0f 33");
    CHECK(beyond.faulted(gp, 0, 0));
    Rings user(3, Model::p6);
    user.run("0f 33");
    CHECK(user.faulted(gp, 0, 0));
}
