// SPDX-License-Identifier: MIT
#include <catch2/catch.hpp>

#include <string_view>

#include "cpu/faults/fault_bench.hpp"

using namespace ringside;
using namespace ringside::cpu;
using ringside::test::FaultBench;
using ringside::test::Rings;
using ringside::test::Snapshot;

namespace {

constexpr std::uint32_t second_page = FaultBench::second_page;

/// Runs the code with a register that points across the border to a missing page; what is wrong
/// with the #PF that has to come.
std::string fault_of(std::string_view code, GeneralRegister pointer, std::uint32_t address,
                     std::uint32_t count = 1) {
    FaultBench bench;
    bench.reset();
    Rings& m = bench.machine();
    for (const GeneralRegister r :
         {GeneralRegister::esi, GeneralRegister::edi, GeneralRegister::ebx, GeneralRegister::ebp}) {
        m.reg(r) = FaultBench::first_page + 0x80;
    }
    m.reg(GeneralRegister::ecx) = count;
    m.reg(pointer) = address;
    bench.map(second_page, 0);
    // The handler of #PF must not need the stack that is broken.
    m.gate(14, Rings::task_gate, 0, Rings::other_task);
    m.set_dword(Rings::other_task_base + 0x1C, bench.machine().cpu.cr3);
    m.set_dword(Rings::other_task_base + 0x20, Rings::handlers);
    m.set_dword(Rings::other_task_base + 0x24, 2);
    m.set_dword(Rings::other_task_base + 0x38, Rings::stack_top);
    for (const std::uint32_t at : {0x48U, 0x50U, 0x54U, 0x58U, 0x5CU}) {
        m.set_dword(Rings::other_task_base + at, Rings::data0);
    }
    m.set_dword(Rings::other_task_base + 0x4C, Rings::code0);
    m.code(Rings::start, code);
    const Snapshot before = bench.snapshot();
    bench.run();
    if (m.transitions.empty() || m.transitions.front().vector != Vector::page_fault) {
        return "no #PF";
    }
    // The old task's state segment has all registers as the fault found them.
    std::string wrong;
    const auto saved = [&m](std::uint32_t at) { return m.dword(Rings::task_base + at); };
    for (std::uint32_t i = 0; i < 8; ++i) {
        if (saved(0x28 + 4 * i) != before.general.at(i)) {
            wrong += "register " + std::to_string(i) + " ";
        }
    }
    if (saved(0x20) != Rings::start) {
        wrong += "EIP ";
    }
    if ((saved(0x24) & ~flag::rf) != before.eflags) {
        wrong += "flags ";
    }
    if (bench.snapshot().memory != before.memory) {
        wrong += "memory ";
    }
    if (m.cpu.cr2 < second_page || m.cpu.cr2 > second_page + 64) {
        wrong += "CR2 ";
    }
    return wrong;
}

}  // namespace

TEST_CASE("precise faults: what pushes into a missing page moves neither ESP nor memory",
          "[faults]") {
    for (const std::string_view code :
         {"50", "54", "6a 01", "68 01 00 00 00", "ff 35 00 00 05 00", "9c", "0e", "1e", "66 50",
          "e8 00 00 00 00", "ff d3", "ff 15 00 00 05 00", "c8 04 00 00", "9a 00 00 01 00 08 00"}) {
        for (const std::uint32_t inside : {1U, 2U, 3U, 4U}) {
            CAPTURE(code, inside);
            const bool word = code.starts_with("66");
            if (word && inside > 2) {
                continue;
            }
            CHECK(fault_of(code, GeneralRegister::esp, second_page + inside) == "");
        }
    }
}

TEST_CASE("precise faults: what pops out of a missing page moves nothing", "[faults]") {
    for (const std::string_view code : {"58", "5c", "8f 05 00 00 05 00", "9d", "1f", "07", "17",
                                        "c3", "c2 04 00", "cb", "ca 04 00", "cf", "66 58"}) {
        for (const std::uint32_t inside : {0U, 1U, 2U, 3U}) {
            CAPTURE(code, inside);
            const bool word = code.starts_with("66");
            if (word && inside > 1) {
                continue;
            }
            CHECK(fault_of(code, GeneralRegister::esp, second_page - inside) == "");
        }
    }
    CHECK(fault_of("c9", GeneralRegister::ebp, second_page - 2) == "");
}

TEST_CASE("precise faults: string elements and xlat", "[faults]") {
    for (const std::string_view prefix : {"", "f3 ", "f2 "}) {
        for (const std::string_view code : {"a4", "a5", "66 a5", "a6", "a7", "66 a7", "ac", "ad"}) {
            CAPTURE(prefix, code);
            CHECK(fault_of(std::string(prefix).append(code), GeneralRegister::esi,
                           second_page - (code.ends_with("5") ? 1 : 0)) == "");
        }
        for (const std::string_view code :
             {"a4", "a5", "66 a5", "a6", "a7", "aa", "ab", "66 ab", "ae", "af", "6c", "6d"}) {
            CAPTURE(prefix, code);
            CHECK(fault_of(std::string(prefix).append(code), GeneralRegister::edi,
                           second_page - (code.ends_with("5") ? 1 : 0)) == "");
        }
    }
    CHECK(fault_of("6e", GeneralRegister::esi, second_page) == "");
    CHECK(fault_of("6f", GeneralRegister::esi, second_page - 3) == "");
    CHECK(fault_of("d7", GeneralRegister::ebx, second_page) == "");
}

// The instructions that the manual lets come halfway.

TEST_CASE("imprecise by the manual: rep keeps the elements that were done", "[faults]") {
    // SDM vol. 2, REP: the registers tell how far it came, and a restart goes on from there.
    CHECK(fault_of("f3 aa", GeneralRegister::edi, second_page - 2, 5) ==
          "register 1 register 7 memory ");
}

TEST_CASE("imprecise by the manual: popa keeps the registers that it loaded", "[faults]") {
    // SDM vol. 2, POPA: pops one after the other. ESP changes last, so a restart loads them again.
    CHECK(fault_of("61", GeneralRegister::esp, second_page - 8) == "register 6 register 7 ");
}

TEST_CASE("imprecise by the manual: pusha and enter change ESP and EBP last", "[faults]") {
    // SDM vol. 2, PUSHA and ENTER: what was pushed in front of the fault lies below ESP.
    CHECK(fault_of("60", GeneralRegister::esp, second_page + 2) == "");
    CHECK(fault_of("c8 08 00 02", GeneralRegister::esp, second_page + 2) == "");
}
