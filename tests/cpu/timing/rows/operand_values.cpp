// SPDX-License-Identifier: MIT
#include "cpu/timing/rows/operand_values.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace ringside::test {
namespace {

using cpu::GeneralRegister;
using cpu::timing::ClockRow;

constexpr std::uint32_t zf_clear_all_else = cpu::flag::arithmetic & ~cpu::flag::zf;

bool is_one_of(std::string_view key, std::initializer_list<std::string_view> keys) {
    return std::find(keys.begin(), keys.end(), key) != keys.end();
}

unsigned width_of(const ClockRow& row) {
    return row.form.find("32") != std::string_view::npos   ? 32
           : row.form.find("16") != std::string_view::npos ? 16
                                                           : 8;
}

std::vector<Given> values(std::initializer_list<std::int64_t> all) {
    std::vector<Given> givens;
    for (const std::int64_t value : all) {
        givens.push_back({value});
    }
    return givens;
}

/// A selector in every word of what an operand may be.
void fill_with_selector(Stage& stage, std::uint32_t selector) {
    const std::uint32_t twice = selector << 16 | selector;
    stage.reg(GeneralRegister::ecx) = selector;
    for (const std::uint32_t offset : {0U, 4U}) {
        stage.set_data(offset, twice);
        stage.set_stack(offset, twice);
    }
}

/// The control register as it is, so that loading it changes nothing.
void keep_control_register(Stage& stage, std::string_view form) {
    const auto& cpu = stage.cpu();
    stage.reg(GeneralRegister::ecx) = form.starts_with("cr0")   ? cpu.cr0
                                      : form.starts_with("cr3") ? cpu.cr3
                                                                : 0;
}

void prepare_moves(Stage& stage, const ClockRow& row) {
    if (row.form.find("cr") != std::string_view::npos) {
        keep_control_register(stage, row.form);
    } else if (row.form.starts_with("dr") || row.form.starts_with("tr")) {
        stage.reg(GeneralRegister::ecx) = 0;
    } else if (row.form.starts_with("s")) {
        fill_with_selector(stage, stage.selector());
    }
}

void prepare_tables(Stage& stage) {
    // GDTR or IDTR, at its place already.
    stage.set_data(0, Rings::gdt_base << 16 | Rings::gdt_limit);
    stage.set_data(4, 0);
}

void prepare_comparison(Stage& stage, const Given& given) {
    // Against EDX:EAX and a destination of zeros.
    stage.reg(GeneralRegister::edx) = 0;
    stage.reg(GeneralRegister::eax) = given.holds ? 0 : 0x01010101;
}

}  // namespace

std::vector<Given> givens(const ClockRow& row) {
    if (is_one_of(row.key, {"SETcc", "CMOVcc", "CMPXCHG", "LSL"})) {
        return {{5, false}, {5, true}};
    }
    if (row.key == "MUL" || row.key == "IMUL") {
        const unsigned width = width_of(row);
        const std::int64_t most = (std::int64_t{1} << (width - 1)) - 1;
        return values({0, 1, 8, 9, (std::int64_t{1} << width / 2) + 1, most, -1, -most - 1});
    }
    if (row.key == "RCL/RCR") {
        return values({0, 2, 15, 31, 33});
    }
    if (row.key == "BSF" || row.key == "BSR") {
        return width_of(row) == 16
                   ? values({0, 1, 8, 0x10, 0x0100, 0x8000, 0xFFFF, 0x0FF0})
                   : values({0, 1, 8, 0x10, 0x0100, 0x00010000, 0x7FFFFFF0, 0x80000000});
    }
    if (row.key == "ENTER") {
        return values({0, 1, 2, 15, 31});
    }
    if (row.form == "repeated") {
        std::vector<Given> all = values({0, 1, 2, 17, 1000});
        if (is_one_of(row.key, {"SCAS", "CMPS"})) {
            all.insert(all.end(), {{1, true}, {2, true}, {17, true}});
        }
        return all;
    }
    return values({5});
}

std::uint64_t n_of(const ClockRow& row, const Given& given) {
    const auto whole = static_cast<std::uint64_t>(given.value);
    if (row.key == "MUL") {
        return whole & ((std::uint64_t{1} << width_of(row)) - 1);
    }
    if (row.key == "IMUL") {
        return static_cast<std::uint64_t>(given.value < 0 ? -given.value : given.value);
    }
    return row.key == "RCL/RCR" ? whole & 31 : whole;
}

void prepare(Stage& stage, const ClockRow& row, const Given& given) {
    const auto value = static_cast<std::uint32_t>(given.value);
    if (is_one_of(row.key, {"MUL", "IMUL", "RCL/RCR", "BSF", "BSR"})) {
        stage.reg(GeneralRegister::ecx) = value;
        stage.set_data(0, value);
    } else if (is_one_of(row.key, {"DIV", "IDIV"})) {
        stage.reg(GeneralRegister::ecx) = 5;
        stage.set_data(0, 5);
    } else if (row.key == "MOV") {
        prepare_moves(stage, row);
    } else if (is_one_of(row.key, {"POP", "LDS", "LES", "LSS", "LFS", "LGS", "VERR", "VERW", "LAR",
                                   "ARPL"})) {
        fill_with_selector(stage, stage.selector());
    } else if (row.key == "LSL") {
        fill_with_selector(stage, given.holds ? Rings::data0 : Rings::task);
    } else if (row.key == "LLDT") {
        fill_with_selector(stage, Rings::ldt);
    } else if (row.key == "LTR") {
        fill_with_selector(stage, Rings::other_task);
    } else if (row.key == "LMSW") {
        fill_with_selector(stage, stage.cpu().cr0 & 0xFFFF);
    } else if (row.key == "LGDT/LIDT") {
        prepare_tables(stage);
    } else if (is_one_of(row.key, {"SETcc", "CMOVcc"})) {
        stage.set_flags(given.holds ? zf_clear_all_else : 0);
    } else if (row.key == "CMPXCHG" || row.key == "CMPXCHG8B") {
        prepare_comparison(stage, given);
    } else if (is_one_of(row.key, {"RDMSR", "WRMSR"})) {
        stage.reg(GeneralRegister::ecx) = 0x10;  // the time-stamp counter
    } else if (row.key == "BOUND") {
        // In words as in dwords -1 lies between them, at [EBX] and at [EDI].
        stage.reg(GeneralRegister::ecx) = 0xFFFFFFFF;
        for (const std::uint32_t at : {0U, 0x4000U}) {
            stage.set_data(at, 0xFFFF8000);
            stage.set_data(at + 4, 0xFFFFFFFF);
        }
    }
    if (row.form == "repeated") {
        stage.reg(GeneralRegister::ecx) = value;
    }
    if (row.key.front() == 'F' || row.key.starts_with("WAIT")) {
        stage.ready_x87();
    }
    const bool is_class = row.key.front() >= 'a' && row.key.front() <= 'z';
    if (is_class || row.form.find('v') != std::string_view::npos || row.key.ends_with("XCSR")) {
        stage.ready_sse();
    }
}

}  // namespace ringside::test
