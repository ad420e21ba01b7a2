// SPDX-License-Identifier: MIT
// Rows about one instruction and its operands; all but near branches.
#include <algorithm>
#include <array>
#include <string_view>

#include <fmt/format.h>

#include "cpu/timing/rows/encodings.hpp"
#include "cpu/timing/rows/ledger.hpp"
#include "cpu/timing/rows/operand_values.hpp"
#include "cpu/timing/rows/stage.hpp"

namespace ringside::test {
namespace {

using cpu::GeneralRegister;
using cpu::Model;
using cpu::timing::ClockRow;

bool is_string_key(std::string_view key) {
    constexpr std::array keys{"MOVS", "STOS", "LODS", "SCAS", "CMPS"};
    return std::find(keys.begin(), keys.end(), key) != keys.end();
}

bool runs_elsewhere(const ClockRow& row) {
    constexpr std::array keys{"Jcc",  "JCXZ/JECXZ", "LOOP",  "LOOPE/LOOPNE",        "JMP",
                              "CALL", "RET",        "ICEBP", "UD2/undefined opcode"};
    return row.is_path() || row.is_adder() ||
           std::find(keys.begin(), keys.end(), row.key) != keys.end();
}

/// Whether the row's instructions exist, and are allowed, in that mode.
bool runs_in(const ClockRow& row, Where where) {
    constexpr std::array descriptors{"ARPL", "LAR",  "LSL", "VERR", "VERW",
                                     "LLDT", "SLDT", "LTR", "STR"};
    const bool wants_descriptors =
        std::find(descriptors.begin(), descriptors.end(), row.key) != descriptors.end();
    switch (where) {
        case Where::protected_mode:
        case Where::user: return row.mode != "real";
        case Where::real: return row.mode != "protected" && !wants_descriptors;
        // Of the rows that say nothing about the mode most were run twice by now, and the rest
        // belongs to ring 0.
        case Where::v86: return row.mode == "real" && row.key != "SMSW";
    }
    return false;
}

/// The prefix bytes that the table charges for: not the REP of a string instruction.
std::uint64_t charged_prefixes(const Bytes& bytes, bool string) {
    constexpr std::array<std::uint8_t, 9> prefixes{0x26, 0x2e, 0x36, 0x3e, 0x64,
                                                   0x65, 0x66, 0x67, 0xf3};
    std::uint64_t count = 0;
    for (const std::uint8_t byte : bytes) {
        const bool repeats = byte == 0xf2 || byte == 0xf3;
        if (std::find(prefixes.begin(), prefixes.end(), byte) == prefixes.end() && !repeats) {
            break;
        }
        count += repeats && string ? 0 : 1;
    }
    return count;
}

/// Whether the condition held, as the instruction itself shows it.
bool held(Stage& stage, const ClockRow& row, const Given& given) {
    if (row.key == "SETcc") {
        const bool memory = row.form == "m";
        return (memory ? stage.data(0) : stage.reg(GeneralRegister::ecx) & 0xFF) != 0;
    }
    return row.key == "CMPXCHG" ? stage.cpu().flags.zf() : given.holds;
}

bool has_byte(const Bytes& bytes, std::uint8_t wanted) {
    return std::find(bytes.begin(), bytes.end(), wanted) != bytes.end();
}

/// As many elements as given; where `holds`, SCAS and CMPS find there what ends them.
void prepare_repeated(Stage& stage, const Given& given, const Bytes& bytes) {
    constexpr std::uint32_t ones = 0x01010101;
    constexpr std::uint32_t source = 0x1000;
    constexpr std::uint32_t destination = 0x4000;
    if (has_byte(bytes, 0xf2)) {  // unequal until then, not equal
        stage.reg(GeneralRegister::eax) = ones;
        for (std::uint32_t offset = 0; offset < 0x1000; offset += 4) {
            stage.set_data(source + offset, ones);
        }
    }
    if (given.holds) {
        const bool bytewise = (bytes.back() & 1) == 0;
        const std::uint32_t width = bytewise ? 1 : has_byte(bytes, 0x66) == stage.code32() ? 2 : 4;
        stage.set_data(destination + (static_cast<std::uint32_t>(given.value) - 1) * width, ones);
        stage.reg(GeneralRegister::ecx) = 2000;
    }
}

/// One row on one model in one mode.
class RowRun {
  public:
    RowRun(Ledger& ledger, const ClockRow& row, const PrintedFigure& figure, Model model,
           Where where)
        : ledger_(ledger), row_(row), figure_(figure), model_(model), where_(where) {}

    void run(const Given& given, const Bytes& bytes) {
        const std::string what =
            fmt::format("{} with {} in {}", to_hex(bytes), given.value, name_of(where_));
        Stage stage = staged(given, bytes);
        ledger_.saw(bytes, stage.code32());
        const std::uint64_t adders =
            charged_prefixes(bytes, is_string_key(row_.key)) * ticks_of("PREFIX");
        // One that has a bar ends at the lower figure, and is looked at there.
        const std::uint64_t least = figure_.has_bar()
                                        ? std::min(figure_.value(false), figure_.value(true))
                                        : figure_.value_for(n_of(row_, given));
        const std::uint64_t measured = stage.run(std::max<std::uint64_t>(least + adders, 1));
        if (stage.eip() != stage.start() + bytes.size()) {
            ledger_.astray(row_, model_, what);
            return;
        }
        const std::uint64_t figure = figure_.has_bar() ? figure_.value(held(stage, row_, given))
                                                       : figure_.value_for(n_of(row_, given));
        ledger_.note(row_, model_, what, figure + adders, measured);
        if (where_ == Where::protected_mode && row_.key != "HLT") {
            run_in_block(given, bytes, figure + adders, what);
        }
    }

  private:
    [[nodiscard]] Stage staged(const Given& given, const Bytes& bytes) const {
        Stage stage(where_, model_);
        prepare(stage, row_, given);
        if (row_.form == "repeated") {
            prepare_repeated(stage, given, bytes);
        }
        stage.set_code(stage.start(), bytes);
        return stage;
    }

    /// The same with nothing due for long, as programs run: in one block with a HLT behind it.
    void run_in_block(const Given& given, const Bytes& bytes, std::uint64_t ticks,
                      const std::string& what) {
        Stage stage = staged(given, bytes);
        stage.set_code(stage.start() + static_cast<std::uint32_t>(bytes.size()), {0xf4});
        constexpr std::uint64_t long_time = 1'000'000'000;
        ledger_.note(row_, model_, what + ", hlt", ticks + ticks_of("HLT"), stage.run(long_time));
    }

    [[nodiscard]] std::uint64_t ticks_of(std::string_view key) const {
        const bool adder = key == "PREFIX";
        return printed_figure(Ledger::row(key, adder ? "adder 66/67/segment/REP" : "any"), model_)
            ->value();
    }

    Ledger& ledger_;
    const ClockRow& row_;
    const PrintedFigure& figure_;
    Model model_;
    Where where_;
};

}  // namespace

void run_operand_rows(Ledger& ledger) {
    for (const ClockRow& row : cpu::timing::clock_rows()) {
        if (runs_elsewhere(row)) {
            continue;
        }
        for (const Model model :
             {Model::i386, Model::i486, Model::pentium, Model::p6, Model::modern}) {
            const auto figure = printed_figure(row, model);
            if (!figure) {
                continue;
            }
            for (const Where where : {Where::protected_mode, Where::real, Where::v86}) {
                if (!runs_in(row, where)) {
                    continue;
                }
                RowRun run(ledger, row, *figure, model, where);
                for (const Given& given : givens(row)) {
                    for (const Bytes& bytes :
                         encodings(row, model, where == Where::protected_mode, given.value)) {
                        run.run(given, bytes);
                    }
                }
            }
        }
    }
}

}  // namespace ringside::test
