// SPDX-License-Identifier: MIT
#include "cpu/timing/rows/ledger.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <span>

#include <fmt/format.h>

#include "cpu/instruction.hpp"
#include "cpu/timing/clock_row.hpp"

namespace ringside::test {
namespace {

using cpu::Model;
using cpu::timing::ClockRow;

std::string name_of(const ClockRow& row, Model model) {
    return fmt::format("{} {} {} on {}", row.key, row.form, row.mode, cpu::traits(model).name);
}

}  // namespace

const ClockRow& Ledger::row(std::string_view key, std::string_view form, std::string_view mode) {
    for (const ClockRow& row : cpu::timing::clock_rows()) {
        if (row.key == key && row.form == form && (mode.empty() || row.mode == mode)) {
            return row;
        }
    }
    FAIL("no row " << key << " " << form << " " << mode);
    return cpu::timing::clock_rows().front();
}

void Ledger::note(const ClockRow& row, Model model, const std::string& what, std::uint64_t expected,
                  std::uint64_t measured) {
    ran_.emplace(&row, std::min(model, Model::p6));
    ++runs_;
    if (expected != measured) {
        complaints_.push_back(
            fmt::format("{}, {}: {} ticks, not {}", name_of(row, model), what, measured, expected));
    }
}

void Ledger::astray(const ClockRow& row, Model model, const std::string& what) {
    ++runs_;
    complaints_.push_back(fmt::format("{}, {}: went astray", name_of(row, model), what));
}

void Ledger::saw(const std::vector<std::uint8_t>& bytes, bool code32) {
    cpu::Decoded decoded;
    if (cpu::decode(std::as_bytes(std::span(bytes)), code32, decoded) == cpu::DecodeResult::ok) {
        seen_.insert(decoded.mnemonic());
    }
}

std::vector<std::string> Ledger::unseen() const {
    std::vector<std::string> names;
    for (const cpu::Instruction& instruction : cpu::instruction_set()) {
        if (seen_.count(instruction.mnemonic) == 0) {
            names.emplace_back(ZydisMnemonicGetString(instruction.mnemonic));
        }
    }
    return names;
}

std::vector<std::string> Ledger::left_out() const {
    std::vector<std::string> names;
    for (const ClockRow& row : cpu::timing::clock_rows()) {
        for (const Model model : clocked_models) {
            if (printed_figure(row, model) && ran_.count({&row, model}) == 0) {
                names.push_back(name_of(row, model));
            }
        }
    }
    return names;
}

}  // namespace ringside::test
