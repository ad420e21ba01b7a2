// SPDX-License-Identifier: MIT
#include <catch2/catch.hpp>

#include <algorithm>
#include <functional>
#include <set>
#include <string>

#include "cpu/faults/fault_bench.hpp"
#include "support/segments.hpp"

using namespace ringside;
using namespace ringside::cpu;
using ringside::test::FaultBench;
using ringside::test::MemoryForm;
using ringside::test::Snapshot;

namespace {

constexpr std::uint32_t second_page = FaultBench::second_page;

/// BT and its kin with ESP as the bit offset: the bit lies far from the operand.
bool is_elsewhere(const MemoryForm& form) {
    return form.mnemonic.starts_with("bt") && form.text.ends_with(", esp");
}

using Judge = std::function<std::string(FaultBench&, const MemoryForm&, std::uint32_t address)>;

/// Each form at each place from "all of it in the second page" to "its last byte there". What is
/// wrong, by form and place; long operands only near their ends.
std::set<std::string> across_the_border(FaultBench& bench, const Judge& judge) {
    std::set<std::string> wrong;
    for (const MemoryForm& form : test::memory_forms()) {
        if (test::is_no_access(form) || is_elsewhere(form)) {
            continue;
        }
        for (std::uint32_t inside = 0; inside < form.size; ++inside) {
            const bool middle = inside > 17 && inside + 3 < form.size;
            if (inside % test::required_alignment(form) != 0 || middle) {
                continue;
            }
            bench.reset();
            const std::string text = judge(bench, form, second_page - inside);
            if (!text.empty()) {
                wrong.insert(form.text + ", " + std::to_string(inside) +
                             " bytes before the border: " + text);
            }
        }
    }
    return wrong;
}

/// Runs the form and says what is wrong with the #PF that has to come.
std::string judge_page_fault(FaultBench& bench, const MemoryForm& form, std::uint32_t address,
                             bool protection) {
    bench.place(form, address);
    const Snapshot before = bench.snapshot();
    bench.run();
    if (bench.transitions().empty()) {
        return "no fault";
    }
    const Transition& fault = bench.transitions().front();
    if (fault.vector != Vector::page_fault) {
        return "vector " + std::to_string(static_cast<unsigned>(fault.vector));
    }
    std::string wrong = bench.changed(before);
    const std::uint32_t at = fault.page_fault_address.value;
    if (at < std::max(address, second_page) || at >= address + form.size) {
        wrong += "CR2 ";
    }
    // What is read and then written may be found out by either.
    const std::uint32_t code = fault.error_code;
    const bool write_told = (code & mmu::page_fault_code::write) != 0;
    const bool protection_told = (code & mmu::page_fault_code::protection) != 0;
    if (protection_told != protection || (write_told && !form.may_write) ||
        (!write_told && !form.reads)) {
        wrong += "error code ";
    }
    return wrong;
}

void check_none(const std::set<std::string>& wrong) {
    for (const std::string& text : wrong) {
        UNSCOPED_INFO(text);
    }
    CHECK(wrong.empty());
}

/// What the operand's type asks for while alignment is checked (SDM vol. 3, "Alignment
/// Requirements by Data Type").
std::uint32_t natural_alignment(const MemoryForm& form) {
    const std::string& name = form.mnemonic;
    const bool far = name == "lds" || name == "les" || name == "lfs" || name == "lgs" ||
                     name == "lss" || form.text.find("far") != std::string::npos || form.size == 6;
    if (far) {
        return form.size == 4 ? 2 : 4;
    }
    if (name == "bound") {
        return form.size / 2;
    }
    switch (form.size) {
        case 2:
        case 4:
        case 8:
        case 16: return form.size;
        case 10: return 8;
        case 14:
        case 94: return 2;
        case 28:
        case 108: return 4;
        default: return 1;
    }
}

}  // namespace

TEST_CASE("memory forms: the enumeration sees the whole instruction table", "[faults]") {
    std::set<std::string> names;
    const auto forms = test::memory_forms();
    for (const MemoryForm& form : forms) {
        names.insert(form.mnemonic);
    }
    CHECK(forms.size() > 1000);
    CHECK(names.size() > 200);
}

TEST_CASE("precise faults: every form with a memory operand that runs into a missing page",
          "[faults]") {
    FaultBench bench;
    check_none(
        across_the_border(bench, [](FaultBench& b, const MemoryForm& form, std::uint32_t address) {
            b.map(second_page, 0);
            return judge_page_fault(b, form, address, false);
        }));
}

TEST_CASE("precise faults: every form that writes into a read-only page", "[faults]") {
    FaultBench bench;
    check_none(
        across_the_border(bench, [](FaultBench& b, const MemoryForm& form, std::uint32_t address) {
            // ARPL writes only what it changes.
            if (!form.writes || form.mnemonic == "arpl") {
                return std::string{};
            }
            b.map(second_page, second_page | 5);
            return judge_page_fault(b, form, address, true);
        }));
}

TEST_CASE("precise faults: every form whose operand leaves its segment", "[faults]") {
    FaultBench bench;
    check_none(
        across_the_border(bench, [](FaultBench& b, const MemoryForm& form, std::uint32_t address) {
            Cpu& cpu = b.machine().cpu;
            test::limit_segment(cpu.segment(SegmentRegister::ds), second_page - 1);
            cpu.context_changed();
            b.place(form, address);
            const Snapshot before = b.snapshot();
            b.run();
            if (b.transitions().empty()) {
                return std::string{"no fault"};
            }
            const Transition& fault = b.transitions().front();
            if (fault.vector != Vector::general_protection || fault.error_code != 0) {
                return std::string{"no #GP(0)"};
            }
            return b.changed(before);
        }));
}

TEST_CASE("alignment: every form in ring 3 under AM and AC", "[faults]") {
    FaultBench bench(3);
    std::set<std::string> wrong;
    for (const MemoryForm& form : test::memory_forms()) {
        const std::uint32_t natural = natural_alignment(form);
        if (test::is_no_access(form) || natural == 1 || test::required_alignment(form) != 1) {
            continue;
        }
        const auto outcome = [&](std::uint32_t address) {
            bench.reset();
            bench.machine().cpu.cr0 |= cr0::am;
            bench.machine().cpu.set_eflags(flag::ac);
            bench.machine().cpu.context_changed();
            bench.place(form, address);
            const Snapshot before = bench.snapshot();
            bench.run();
            const auto& all = bench.transitions();
            const bool checked = !all.empty() && all.front().vector == Vector::alignment_check;
            const bool privileged = !all.empty() &&
                                    all.front().vector == Vector::general_protection &&
                                    all.front().before.eip == test::Rings::start;
            return privileged ? std::string{"#GP"}
                   : !checked ? std::string{"no #AC"}
                              : "#AC " + bench.changed(before);
        };
        // SGDT and SIDT want their base aligned, which stands behind the limit.
        const bool table = form.mnemonic == "sgdt" || form.mnemonic == "sidt";
        const std::uint32_t place = FaultBench::first_page + (table ? 0x102 : 0x100);
        const std::string straight = outcome(place);
        const std::string odd = outcome(place + 1);
        const std::string half = outcome(place + natural / 2);
        if (straight == "#GP" && odd == "#GP") {
            continue;  // privileged
        }
        if (straight.starts_with("#AC") || odd != "#AC " || half != "#AC ") {
            wrong.insert(form.text + ": straight " + straight + ", odd " + odd + ", half " + half);
        }
    }
    check_none(wrong);
}

TEST_CASE("data breakpoints: the last byte of every form's operand", "[faults][debug]") {
    FaultBench bench;
    std::set<std::string> wrong;
    for (const MemoryForm& form : test::memory_forms()) {
        if (test::is_no_access(form) || is_elsewhere(form)) {
            continue;
        }
        bench.reset();
        Cpu& cpu = bench.machine().cpu;
        constexpr std::uint32_t operand = FaultBench::first_page + 0x100;
        // FXSAVE leaves the end of its area alone, and ARPL need not write.
        const bool may_leave = form.mnemonic == "fxsave" || form.mnemonic == "arpl";
        const bool writes = form.writes && form.mnemonic != "arpl";
        cpu.dr[0] = may_leave ? operand : operand + form.size - 1;
        cpu.dr7 = dr7::ones | 2U | (writes ? 1U << 16 : 3U << 16);
        cpu.context_changed();
        bench.place(form, operand);
        bench.run();
        const auto& all = bench.transitions();
        // A form may have an exception of its own to raise with these registers, but not silence.
        // LGDT and LIDT leave no table from which to take the exception.
        const bool shut_down = cpu.exit.kind == ExitKind::shutdown;
        if (shut_down
                ? (cpu.dr6 & 1U) == 0
                : all.empty() || (all.front().vector == Vector::debug && (cpu.dr6 & 1U) == 0)) {
            wrong.insert(form.text);
        }
    }
    check_none(wrong);
}
