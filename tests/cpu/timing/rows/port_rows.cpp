// SPDX-License-Identifier: MIT
// IN, OUT, INS and OUTS by what gives the right to the port.
#include <array>
#include <string_view>

#include <fmt/format.h>

#include "cpu/timing/rows/ledger.hpp"
#include "cpu/timing/rows/stage.hpp"
#include "cpu/timing/rows/transfer.hpp"

namespace ringside::test {
namespace {

using cpu::GeneralRegister;
using cpu::Model;
using cpu::timing::ClockRow;

struct PortForm {
    std::string_view key;
    std::string_view form;
    std::array<std::string_view, 3> codes;  ///< of a byte, a word or dword, and with a 66
    bool repeated = false;
};

constexpr std::array port_forms{
    PortForm{"IN", "acc,imm", {"e4 60", "e5 60", "66 e5 60"}},
    PortForm{"IN", "acc,dx", {"ec", "ed", "66 ed"}},
    PortForm{"OUT", "imm,acc", {"e6 60", "e7 60", "66 e7 60"}},
    PortForm{"OUT", "dx,acc", {"ee", "ef", "66 ef"}},
    PortForm{"INS", "single", {"6c", "6d", "66 6d"}},
    PortForm{"OUTS", "single", {"6e", "6f", "66 6f"}},
    PortForm{"INS", "repeated", {"f3 6c", "f3 6d", "f3 66 6d"}, true},
    PortForm{"OUTS", "repeated", {"f3 6e", "f3 6f", "f3 66 6f"}, true},
};

enum class Right : std::uint8_t { real, ring0, iopl3, bitmap, v86 };
constexpr std::array rights{Right::real, Right::ring0, Right::iopl3, Right::bitmap, Right::v86};

Where where_of(Right right) {
    switch (right) {
        case Right::real: return Where::real;
        case Right::ring0: return Where::protected_mode;
        case Right::iopl3:
        case Right::bitmap: return Where::user;
        case Right::v86: return Where::v86;
    }
    return Where::real;
}

std::string_view name_of(Right right) {
    switch (right) {
        case Right::real: return "real";
        case Right::ring0:
        case Right::iopl3: return "allowed";
        case Right::bitmap: return "bitmap";
        case Right::v86: return "v86";
    }
    return {};
}

/// A TSS whose permission map, all zeros, covers the first 0x400 ports.
void grant_ports(Rings& rings) {
    rings.set_dword(Rings::task_base + 0x64, 0x00680000);
    rings.cpu.tr.limit = 0x68 + 0x80;
}

/// Until the instruction is behind; the ports themselves answer at once.
std::uint64_t run_through(Stage& stage, std::size_t length) {
    constexpr int most = 2000;
    std::uint64_t ticks = stage.run(1);
    for (int i = 0; i < most && stage.eip() == stage.start(); ++i) {
        ticks += stage.run(1);
    }
    return stage.eip() == stage.start() + length ? ticks : 0;
}

void run_port(Ledger& ledger, Model model, const PortForm& form, std::string_view code, Right right,
              std::uint32_t count) {
    Stage stage(where_of(right), model);
    if (right == Right::iopl3) {
        stage.cpu().system_flags |= cpu::flag::iopl;
    } else if (right == Right::bitmap || right == Right::v86) {
        stage.cpu().system_flags &= ~cpu::flag::iopl;
        grant_ports(stage.rings());
    }
    stage.reg(GeneralRegister::edx) = 0x60;
    stage.reg(GeneralRegister::ecx) = count;
    const Bytes bytes = from_hex(code);
    stage.set_code(stage.start(), bytes);
    ledger.saw(bytes, stage.code32());
    const ClockRow& row =
        Ledger::row(form.key, fmt::format("path {}, {}", form.form, name_of(right)));
    std::uint64_t expected = printed_figure(row, model)->value_for(count);
    if (bytes[0] == 0x66 || (form.repeated && bytes[1] == 0x66)) {
        expected +=
            printed_figure(Ledger::row("PREFIX", "adder 66/67/segment/REP"), model)->value();
    }
    const std::uint64_t measured = run_through(stage, bytes.size());
    ledger.note(row, model, fmt::format("{} with {} in {}", code, count, name_of(stage.where())),
                expected, measured);
}

}  // namespace

void run_port_rows(Ledger& ledger) {
    for (const Model model : clocked_models) {
        for (const PortForm& form : port_forms) {
            for (const std::string_view code : form.codes) {
                for (const Right right : rights) {
                    for (const std::uint32_t count : {0U, 1U, 2U, 9U, 200U}) {
                        run_port(ledger, model, form, code, right, count);
                        if (!form.repeated) {
                            break;
                        }
                    }
                }
            }
        }
    }
}

}  // namespace ringside::test
