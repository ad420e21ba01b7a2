// SPDX-License-Identifier: MIT
// What addresses and prefixes add to an instruction.
#include <array>
#include <string_view>

#include "cpu/timing/rows/ledger.hpp"
#include "cpu/timing/rows/stage.hpp"

namespace ringside::test {
namespace {

using cpu::Model;
using cpu::timing::ClockRow;

struct Adder {
    std::string_view key;
    std::string_view form;
    std::uint64_t times;
    std::string_view code;
    bool code16;
    // The row of the instruction itself.
    std::string_view of_key;
    std::string_view of_form;
};

constexpr std::string_view base_and_index = "adder base and index";
constexpr std::string_view index_alone = "adder index alone";
constexpr std::string_view two_constants = "adder displacement and immediate";
constexpr std::string_view prefix = "adder 66/67/segment/REP";

constexpr std::array adders{
    Adder{"EA", base_and_index, 1, "8b 04 33", false, "MOV", "r,m"},
    Adder{"EA", base_and_index, 1, "8b 44 b3 04", false, "MOV", "r,m"},
    Adder{"EA", base_and_index, 1, "03 84 73 00 10 00 00", false, "ADD", "r,m"},
    Adder{"EA", base_and_index, 1, "8d 04 33", false, "LEA", "r,m"},
    Adder{"EA", base_and_index, 1, "8b 00", true, "MOV", "r,m"},
    Adder{"EA", base_and_index, 1, "8b 43 04", true, "MOV", "r,m"},
    Adder{"EA", base_and_index, 0, "8b 43 04", false, "MOV", "r,m"},
    Adder{"EA", base_and_index, 0, "8b 05 00 00 05 00", false, "MOV", "r,m"},
    Adder{"EA", base_and_index, 0, "8b 44 24 04", false, "MOV", "r,m"},
    Adder{"EA", index_alone, 1, "8b 04 1d 00 00 00 00", false, "MOV", "r,m"},
    Adder{"EA", index_alone, 1, "01 04 b5 00 00 00 00", false, "ADD", "m,r"},
    Adder{"EA", index_alone, 0, "8b 03", false, "MOV", "r,m"},
    Adder{"EA", two_constants, 1, "c7 43 04 05 00 00 00", false, "MOV", "m,imm"},
    Adder{"EA", two_constants, 1, "83 43 04 05", false, "ADD", "m,imm"},
    Adder{"EA", two_constants, 1, "c7 05 00 00 05 00 05 00 00 00", false, "MOV", "m,imm"},
    Adder{"EA", two_constants, 0, "c7 03 05 00 00 00", false, "MOV", "m,imm"},
    Adder{"PREFIX", prefix, 1, "66 89 d8", false, "MOV", "r,r"},
    Adder{"PREFIX", prefix, 1, "67 8b 04", false, "MOV", "r,m"},
    Adder{"PREFIX", prefix, 1, "26 8b 03", false, "MOV", "r,m"},
    Adder{"PREFIX", prefix, 2, "64 66 8b 03", false, "MOV", "r,m"},
    Adder{"PREFIX", prefix, 1, "f3 90", false, "NOP", "none"},
    Adder{"PREFIX", prefix, 1, "f2 89 d8", false, "MOV", "r,r"},
    Adder{"PREFIX", prefix, 3, "66 66 66 89 d8", false, "MOV", "r,r"},
    Adder{"PREFIX", prefix, 1, "26 ac", false, "LODS", "single"},
    Adder{"LOCK", "adder", 1, "f0 01 0b", false, "ADD", "m,r"},
    Adder{"LOCK", "adder", 1, "f0 ff 03", false, "INC", "m"},
};

void run_adder(Ledger& ledger, const Adder& adder, Model model) {
    Stage stage(adder.code16 ? Where::real : Where::protected_mode, model);
    stage.reg(cpu::GeneralRegister::edi) = 0;
    if (!adder.code16) {
        stage.reg(cpu::GeneralRegister::esi) = 0x4000;
    }
    const Bytes bytes = from_hex(adder.code);
    stage.set_code(stage.start(), bytes);
    const std::uint64_t alone =
        printed_figure(Ledger::row(adder.of_key, adder.of_form), model)->value();
    const ClockRow& row = Ledger::row(adder.key, adder.form);
    const std::uint64_t added = adder.times * printed_figure(row, model)->value();
    const std::uint64_t measured = stage.run(alone + added);
    if (stage.eip() != stage.start() + bytes.size()) {
        ledger.astray(row, model, std::string{adder.code});
        return;
    }
    ledger.note(row, model, std::string{adder.code}, alone + added, measured);
}

}  // namespace

void run_adder_rows(Ledger& ledger) {
    for (const Adder& adder : adders) {
        for (const Model model : clocked_models) {
            run_adder(ledger, adder, model);
        }
    }
}

}  // namespace ringside::test
