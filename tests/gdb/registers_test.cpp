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
        return set_value(cpu, row(name), *from_hex(hex)).has_value();
    }
    std::string refusal_to_set(std::string_view name, std::string_view hex) {
        const auto set = set_value(cpu, row(name), *from_hex(hex));
        return set ? "" : set.error();
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

TEST_CASE("registers: what no instruction could load as such cannot be written", "[gdb]") {
    Processor test(cpu::Model::p6);
    for (const char* const name : {"fs_base", "ss_limit", "cpl", "tr", "ldtr_base"}) {
        INFO(name);
        const std::string before = test.get(name);
        CHECK_FALSE(test.refusal_to_set(name, "01000000").empty());
        CHECK(test.get(name) == before);
    }
    CHECK(test.refusal_to_set("clock", "0100000000000000") == "it only goes on");
    CHECK(test.refusal_to_set("eax", "01") == "it has 4 bytes");
}

TEST_CASE("registers: a control register takes what MOV would load, and nothing else", "[gdb]") {
    Processor test(cpu::Model::p6);
    REQUIRE(test.set("cr0", "11000100"));  // PE, ET, WP
    CHECK(test.get("cr0") == "11000100");
    CHECK(test.cpu.protected_mode());
    CHECK(test.refusal_to_set("cr0", "00000080") ==  // PG without PE
          "the processor refuses the value in ring 0 with #GP(0)");
    CHECK(test.get("cr0") == "11000100");
    REQUIRE(test.set("cr3", "00300000"));
    CHECK(test.cpu.cr3 == 0x3000);
    CHECK_FALSE(test.set("cr4", "00000080"));
    REQUIRE(test.set("cr4", "10000000"));
    CHECK(test.cpu.cr4 == cpu::cr4::pse);
    REQUIRE(test.set("cr2", "78563412"));
    CHECK(test.cpu.cr2 == 0x12345678);
    test.cpu.set_cpl(3);
    CHECK(test.refusal_to_set("cr0", "10000100") == "PE changes in ring 0 only");
}

TEST_CASE("registers: the tables' registers are written as LGDT and LIDT load them", "[gdb]") {
    Processor test(cpu::Model::p6);
    REQUIRE(test.set("gdt_base", "00010000"));
    REQUIRE(test.set("gdt_limit", "ff030000"));
    CHECK(test.cpu.gdtr.base == LinearAddress{0x100});
    CHECK(test.cpu.gdtr.limit == 0x3FF);
    CHECK(test.refusal_to_set("idt_limit", "00000100") ==
          "10000 is no limit of a table: it has 16 bits");
}

TEST_CASE("registers: a selector is a paragraph in real mode", "[gdb]") {
    Processor test(cpu::Model::p6);
    REQUIRE(test.set("ds", "34120000"));
    CHECK(test.get("ds_base") == "40230100");
    REQUIRE(test.set("cs", "00f00000"));
    CHECK(test.get("cs_base") == "00000f00");
    CHECK(test.refusal_to_set("es", "00000100") == "10000 is no selector: it has 16 bits");
}

TEST_CASE("registers: a selector is checked and loaded as the processor does", "[gdb]") {
    Processor test(cpu::Model::p6);
    const auto describe = [&test](std::uint32_t at, std::uint64_t descriptor) {
        std::array<std::byte, 8> bytes{};
        store(bytes.data(), descriptor);
        test.memory.write_bytes(PhysicalAddress{at}, bytes);
    };
    describe(0x108, 0x00CF9B000000FFFF);  // code of ring 0
    describe(0x110, 0x00CF93000000FFFF);  // data of ring 0
    describe(0x118, 0x0040F212345000FF);  // data of ring 3 at 123450, not accessed
    test.cpu.gdtr = {LinearAddress{0x100}, 0x1F};
    REQUIRE(test.set("cr0", "11000000"));
    REQUIRE(test.set("cs", "08000000"));
    REQUIRE(test.set("ss", "10000000"));
    REQUIRE(test.set("fs", "1b000000"));
    CHECK(test.get("fs_base") == "50341200");
    CHECK(test.get("fs_limit") == "ff000000");
    REQUIRE(test.set("gs", "00000000"));
    CHECK(test.refusal_to_set("cs", "10000000") ==
          "the processor refuses the value in ring 0 with #GP(10)");
    CHECK(test.refusal_to_set("ss", "1b000000") ==
          "the processor refuses the value in ring 0 with #GP(18)");
    CHECK(test.refusal_to_set("ds", "20000000") ==
          "the processor refuses the value in ring 0 with #GP(20)");
    CHECK(test.get("ss") == "10000000");
    test.cpu.set_cpl(3);
    CHECK_FALSE(test.set("ds", "10000000"));
    CHECK_FALSE(test.set("cs", "08000000"));
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
