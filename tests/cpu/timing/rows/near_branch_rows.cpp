// SPDX-License-Identifier: MIT
// Branches within a segment: taken or not, and on i386 with the components of their target.
#include <algorithm>
#include <array>
#include <string_view>

#include <fmt/format.h>

#include "cpu/timing/rows/ledger.hpp"
#include "cpu/timing/rows/stage.hpp"

namespace ringside::test {
namespace {

using cpu::GeneralRegister;
using cpu::Model;
using cpu::timing::ClockRow;

enum class Reach : std::uint8_t { byte, operand, none };

struct Branch {
    std::string_view key;
    std::string_view form;
    std::string_view opcode;
    Reach displacement = Reach::none;
};

constexpr std::array branches{
    Branch{"JCXZ/JECXZ", "rel", "e3", Reach::byte},
    Branch{"JCXZ/JECXZ", "rel", "67 e3", Reach::byte},
    Branch{"LOOP", "rel", "e2", Reach::byte},
    Branch{"LOOP", "rel", "67 e2", Reach::byte},
    Branch{"LOOPE/LOOPNE", "rel", "e1", Reach::byte},
    Branch{"LOOPE/LOOPNE", "rel", "e0", Reach::byte},
    Branch{"JMP", "rel", "eb", Reach::byte},
    Branch{"JMP", "rel", "e9", Reach::operand},
    Branch{"JMP", "r", "ff e1"},
    Branch{"JMP", "m", "ff 27"},
    Branch{"CALL", "rel", "e8", Reach::operand},
    Branch{"CALL", "r", "ff d1"},
    Branch{"CALL", "m", "ff 17"},
    Branch{"RET", "none", "c3"},
    Branch{"RET", "imm", "c2 08 00"},
};

/// An instruction to arrive at: its components and clocks on i386.
struct Target {
    std::string_view code;
    std::uint64_t components;
    std::uint64_t clocks;
};

constexpr std::array targets{
    Target{"90", 1, 3},
    Target{"89 e5", 2, 2},
    Target{"8b 45 08", 3, 4},
    Target{"c7 45 fc 05 00 00 00", 4, 2},
    Target{"64 81 84 d0 00 01 00 00 00 00 00 00", 6, 8},
};
constexpr std::uint32_t low_target = 0xC00;

struct Encoded {
    Bytes bytes;
    std::uint32_t target;
};

Encoded encode(const Branch& branch, std::uint32_t start, bool code32, bool operand16) {
    Encoded result{from_hex(branch.opcode), low_target};
    if (operand16 == code32) {
        result.bytes.insert(result.bytes.begin(), 0x66);
    }
    const std::size_t size = branch.displacement == Reach::byte   ? 1
                             : branch.displacement == Reach::none ? 0
                             : operand16                          ? 2
                                                                  : 4;
    const auto next = start + static_cast<std::uint32_t>(result.bytes.size() + size);
    if (size == 1) {
        result.target = (next + 0x40) & (operand16 ? 0xFFFFU : 0xFFFFFFFFU);
    }
    const std::uint32_t displacement = size == 1 ? 0x40 : result.target - next;
    for (std::size_t i = 0; i < size; ++i) {
        result.bytes.push_back(static_cast<std::uint8_t>(displacement >> (8 * i)));
    }
    return result;
}

struct Setting {
    std::uint32_t ecx;
    std::uint32_t flags;
};

class BranchRun {
  public:
    BranchRun(Ledger& ledger, const Branch& branch, Model model, Where where, bool operand16)
        : ledger_(ledger), branch_(branch), model_(model), where_(where), operand16_(operand16) {}

    void run(const Setting& setting, const Target& target) {
        Stage stage(where_, model_);
        const Encoded encoded = encode(branch_, stage.start(), stage.code32(), operand16_);
        const bool by_register = branch_.form == "r";
        stage.reg(GeneralRegister::ecx) = by_register ? low_target : setting.ecx;
        // [EDI] in 32-bit code, [BX] in 16-bit code
        stage.set_data(0, low_target);
        stage.set_data(0x4000, low_target);
        stage.set_stack(0, low_target);
        stage.set_flags(setting.flags);
        stage.set_code(encoded.target, from_hex(target.code));
        stage.set_code(stage.start(), encoded.bytes);
        ledger_.saw(encoded.bytes, stage.code32());

        const ClockRow& row = Ledger::row(branch_.key, branch_.form);
        const PrintedFigure figure = *printed_figure(row, model_);
        const std::uint64_t prefixes = prefix_ticks(encoded.bytes);
        std::uint64_t measured =
            stage.run(std::min(figure.value(false), figure.value(true)) + prefixes);
        const std::string what =
            fmt::format("{} to {} in {}", to_hex(encoded.bytes), target.code, name_of(where_));
        const bool taken = stage.eip() == encoded.target;
        if (!taken && stage.eip() != stage.start() + encoded.bytes.size()) {
            ledger_.astray(row, model_, what);
            return;
        }
        std::uint64_t expected = figure.value(taken) + prefixes;
        if (taken && figure.plus_m) {
            measured += stage.run(1);
            expected += target.components + target.clocks;
        }
        ledger_.note(row, model_, what, expected, measured);
        seen_[taken ? 1 : 0] = true;
    }

    [[nodiscard]] bool saw_both() const { return seen_[0] && seen_[1]; }

  private:
    [[nodiscard]] std::uint64_t prefix_ticks(const Bytes& bytes) const {
        const auto opcode = std::find_if_not(bytes.begin(), bytes.end(), [](std::uint8_t byte) {
            return byte == 0x66 || byte == 0x67;
        });
        const auto count = static_cast<std::uint64_t>(opcode - bytes.begin());
        const ClockRow& row = Ledger::row("PREFIX", "adder 66/67/segment/REP");
        return count * printed_figure(row, model_)->value();
    }

    Ledger& ledger_;
    const Branch& branch_;
    Model model_;
    Where where_;
    bool operand16_;
    std::array<bool, 2> seen_{};
};

void run_branch(Ledger& ledger, const Branch& branch) {
    for (const Model model : clocked_models) {
        for (const Where where : {Where::protected_mode, Where::real}) {
            for (const bool operand16 : {false, true}) {
                BranchRun run(ledger, branch, model, where, operand16);
                for (const Target& target : targets) {
                    for (const std::uint32_t ecx : {0U, 1U, 2U}) {
                        for (const std::uint32_t flags :
                             {0U, cpu::flag::sf, cpu::flag::arithmetic}) {
                            run.run({ecx, flags}, target);
                        }
                    }
                    if (where == Where::real) {
                        break;  // the others are 32-bit code
                    }
                }
                const ClockRow& row = Ledger::row(branch.key, branch.form);
                if (printed_figure(row, model)->has_bar() && !run.saw_both()) {
                    ledger.astray(row, model, "never taken, or always");
                }
            }
        }
    }
}

}  // namespace

void run_near_branch_rows(Ledger& ledger) {
    for (const Branch& branch : branches) {
        run_branch(ledger, branch);
    }
    for (unsigned condition = 0; condition < 16; ++condition) {
        const std::string near = fmt::format("{:02x}", 0x70 + condition);
        const std::string far = fmt::format("0f {:02x}", 0x80 + condition);
        run_branch(ledger, {"Jcc", "rel", near, Reach::byte});
        run_branch(ledger, {"Jcc", "rel", far, Reach::operand});
    }
}

}  // namespace ringside::test
