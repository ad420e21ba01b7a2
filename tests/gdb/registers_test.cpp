// SPDX-License-Identifier: MIT
#include "gdb/registers.hpp"

#include <algorithm>

#include <catch2/catch.hpp>

#include "gdb/hex.hpp"
#include "mmu/physical_memory.hpp"

namespace ringside::gdb {
namespace {

struct Processor {
    explicit Processor(cpu::Model model) : cpu(model, mmu), rows(registers_of(model)) {}

    [[nodiscard]] const Register& row(std::string_view name) const {
        const auto found = std::find_if(rows.begin(), rows.end(),
                                        [name](const Register& r) { return r.name == name; });
        REQUIRE(found != rows.end());
        return *found;
    }
    [[nodiscard]] std::string get(std::string_view name) const { return value_of(cpu, row(name)); }
    bool set(std::string_view name, std::string_view hex) {
        return set_value(cpu, row(name), *from_hex(hex));
    }

    mmu::PhysicalMemory memory{page_size};
    mmu::Mmu mmu{memory};
    cpu::Cpu cpu;
    std::vector<Register> rows;
};

}  // namespace

TEST_CASE("registers: gdb's numbers of the i386 core hold on every model", "[gdb]") {
    for (const cpu::Model model : {cpu::Model::i386, cpu::Model::p6}) {
        const Processor test(model);
        CHECK(test.rows.at(register_number::esp).name == "esp");
        CHECK(test.rows.at(register_number::ebp).name == "ebp");
        CHECK(test.rows.at(register_number::eip).name == "eip");
        CHECK(test.rows.at(9).name == "eflags");
        CHECK(test.rows.at(16).name == "st0");
        CHECK(test.rows.at(24).name == "fctrl");
    }
}

TEST_CASE("registers: a model without SSE has no XMM registers", "[gdb]") {
    CHECK(Processor(cpu::Model::p6).get("xmm7") == std::string(32, '0'));
    const Processor old(cpu::Model::i386);
    CHECK(std::none_of(old.rows.begin(), old.rows.end(),
                       [](const Register& r) { return r.name == "mxcsr"; }));
}

TEST_CASE("registers: values are little-endian and come back", "[gdb]") {
    Processor test(cpu::Model::p6);
    test.cpu.registers[cpu::GeneralRegister::eax] = 0x11223344;
    CHECK(test.get("eax") == "44332211");
    REQUIRE(test.set("st0", "00000000000000c0ff3f"));
    CHECK(test.get("st0") == "00000000000000c0ff3f");
    REQUIRE(test.set("xmm1", "000102030405060708090a0b0c0d0e0f"));
    CHECK(test.get("xmm1") == "000102030405060708090a0b0c0d0e0f");
    CHECK(test.get("mxcsr") == "801f0000");
    CHECK(test.get("ftag") == "54550000");  // ST0 is valid, the others are zeros
}

TEST_CASE("registers: what only an instruction may load cannot be written", "[gdb]") {
    Processor test(cpu::Model::p6);
    for (const char* const name : {"cs", "fs_base", "cr0", "cr3", "gdt_base", "tr"}) {
        INFO(name);
        CHECK_FALSE(test.set(name, "01000000"));
    }
    CHECK_FALSE(test.set("clock", "0100000000000000"));
    CHECK_FALSE(test.set("eax", "01"));
}

TEST_CASE("registers: EFLAGS keeps the bits that do not exist and VM", "[gdb]") {
    Processor test(cpu::Model::i386);
    REQUIRE(test.set("eflags", "ffffffff"));
    CHECK((test.cpu.eflags() & cpu::flag::vm) == 0);
    CHECK((test.cpu.eflags() & cpu::flag::ac) == 0);  // the i386 has none
    CHECK((test.cpu.eflags() & cpu::flag::cf) != 0);
}

TEST_CASE("registers: of a waiting thread only the place is known", "[gdb]") {
    const Processor test(cpu::Model::p6);
    const guest::SystemThread::Place place{.eip = 0x80401234, .esp = 0xF8000100};
    CHECK(value_of(place, test.row("eip")) == "34124080");
    CHECK(value_of(place, test.row("esp")) == "000100f8");
    CHECK(value_of(place, test.row("eax")) == "xxxxxxxx");
}

TEST_CASE("registers: the description names each register once, in its order", "[gdb]") {
    const Processor test(cpu::Model::modern);
    const std::string xml = target_description(test.rows);
    std::size_t at = 0;
    for (std::size_t i = 0; i < test.rows.size(); ++i) {
        const std::string wanted = "<reg name=\"" + test.rows[i].name + "\"";
        const std::size_t found = xml.find(wanted);
        REQUIRE(found != std::string::npos);
        CHECK(found > at);
        CHECK(xml.find(wanted, found + 1) == std::string::npos);
        CHECK(xml.find("regnum=\"" + std::to_string(i) + "\"", found) < xml.find("/>", found));
        at = found;
    }
}

}  // namespace ringside::gdb
