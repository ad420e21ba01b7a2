// SPDX-License-Identifier: MIT
// Nothing that a processor executes is without clocks: every opcode, operand shape and prefix that
// chooses between instructions, as the processor itself decodes and selects it.
#include <catch2/catch.hpp>

#include <algorithm>
#include <array>
#include <functional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "base/ensure.hpp"
#include "cpu/cpu.hpp"
#include "cpu/instruction.hpp"
#include "cpu/timing/clock_table.hpp"

using namespace ringside;
using namespace ringside::cpu;
using namespace ringside::cpu::timing;

namespace {

constexpr std::array models{Model::i386, Model::i486, Model::pentium, Model::p6, Model::modern};

/// ModRM bytes: every register field with two kinds of memory and two registers; for the x87, whose
/// opcodes fill it, all.
std::vector<std::uint8_t> modrm_bytes(unsigned opcode) {
    std::vector<std::uint8_t> bytes;
    const bool x87 = opcode >= 0xD8 && opcode <= 0xDF;
    for (unsigned byte = 0; byte < 256; ++byte) {
        const unsigned mod = byte >> 6;
        const unsigned rm = byte & 7;
        if (x87 || (mod == 0 && (rm == 0 || rm == 7)) || (mod == 3 && rm < 2)) {
            bytes.push_back(static_cast<std::uint8_t>(byte));
        }
    }
    return bytes;
}

using Look = std::function<void(const Decoded& decoded, const std::string& name, bool code32)>;

void look_at(const std::vector<std::uint8_t>& head, unsigned opcode, bool code32,
             const Look& look) {
    for (const std::uint8_t modrm : modrm_bytes(head.size() == 1 ? opcode : 0)) {
        std::vector<std::uint8_t> bytes = head;
        bytes.push_back(static_cast<std::uint8_t>(opcode));
        bytes.push_back(modrm);
        bytes.resize(15);
        Decoded decoded;
        if (decode(std::as_bytes(std::span(bytes)), code32, decoded) != DecodeResult::ok) {
            continue;
        }
        look(decoded, disassemble(std::as_bytes(std::span(bytes)), code32, 0), code32);
        if (!decoded.has(ZYDIS_ATTRIB_HAS_MODRM)) {
            return;
        }
    }
}

void look_at_everything(const Look& look) {
    const std::vector<std::vector<std::uint8_t>> heads{
        {},     {0x66},       {0xF2},       {0xF3},       {0xF0},       {0x67},
        {0x0F}, {0x66, 0x0F}, {0xF2, 0x0F}, {0xF3, 0x0F}, {0xF0, 0x0F},
    };
    for (const bool code32 : {false, true}) {
        for (const auto& head : heads) {
            for (unsigned opcode = 0; opcode < 256; ++opcode) {
                look_at(head, opcode, code32, look);
            }
        }
    }
}

std::uint32_t mode_bits(bool code32, bool protected_mode) {
    return (code32 ? block_mode::code32 | block_mode::flat_data : 0U) |
           (protected_mode ? block_mode::protected_mode : 0U);
}

bool any_operand(const Decoded& d, ZydisRegisterClass wanted) {
    for (unsigned i = 0; i < d.operand_count(); ++i) {
        if (d.operand(i).type == ZYDIS_OPERAND_TYPE_REGISTER &&
            ZydisRegisterGetClass(d.operand(i).reg.value) == wanted) {
            return true;
        }
    }
    return false;
}

bool names(const Decoded& d, ZydisRegister wanted) {
    return d.operand(0).reg.value == wanted || d.operand(1).reg.value == wanted;
}

/// INT1 and undefined opcodes: the exception is all they do, and its path all they cost.
bool is_all_path(const Instruction& row) {
    return row.clocks == "ICEBP" || row.clocks == "UD2/undefined opcode";
}

/// What an older or newer processor does not have of a mnemonic that it has, by the manuals.
bool is_lacking(const Decoded& d, Model model) {
    if (d.mnemonic() == ZYDIS_MNEMONIC_NOP) {  // 0F 1F and the hints before it
        return d.operand_count() != 0 && model < Model::p6;
    }
    if (any_operand(d, ZYDIS_REGCLASS_XMM)) {  // MOVSD and CMPSD of SSE2
        return model < Model::p6;
    }
    if (any_operand(d, ZYDIS_REGCLASS_TEST)) {
        const bool cache = names(d, ZYDIS_REGISTER_TR3) || names(d, ZYDIS_REGISTER_TR4) ||
                           names(d, ZYDIS_REGISTER_TR5);
        const bool never = names(d, ZYDIS_REGISTER_TR0) || names(d, ZYDIS_REGISTER_TR1) ||
                           names(d, ZYDIS_REGISTER_TR2);
        return never || model >= Model::pentium || (cache && model == Model::i386);
    }
    return names(d, ZYDIS_REGISTER_CR4) && model == Model::i386;
}

}  // namespace

TEST_CASE("every form that a model executes has a figure in it, in every mode", "[timing]") {
    std::set<std::string> complaints;
    std::size_t forms = 0;
    look_at_everything([&](const Decoded& decoded, const std::string& name, bool code32) {
        const Instruction* const row = find_instruction(decoded.mnemonic());
        if (row == nullptr) {
            return;
        }
        for (const Model model : models) {
            for (const bool protected_mode : {false, true}) {
                const bool executed =
                    row->first <= model && !is_lacking(decoded, model) &&
                    row->select(decoded, mode_bits(code32, protected_mode)).handler != nullptr;
                if (!executed) {
                    continue;
                }
                ++forms;
                const ClockTable& table = ClockTable::of(model);
                const auto complain = [&](std::string_view what) {
                    complaints.insert(fmt::format("{} on {}: {}", name, traits(model).name, what));
                };
                if (row->clocks.empty() || !table.has(row->clocks, decoded.instruction,
                                                      decoded.operands.data(), protected_mode)) {
                    complain("no figure, so #UD");
                    continue;
                }
                try {
                    const Cost cost = table.cost(row->clocks, decoded.instruction,
                                                 decoded.operands.data(), protected_mode);
                    if (cost.bound == 0 && !is_all_path(*row)) {
                        complain("nothing to pay, by no path");
                    }
                } catch (const BrokenInvariant& broken) {
                    complain(broken.what());
                }
            }
        }
    });
    CHECK(complaints == std::set<std::string>{});
    CHECK(forms > 50'000);
}

TEST_CASE("every figure is printed somewhere, a parameter with bounds, or says why it is assumed",
          "[timing]") {
    for (const ClockRow& row : clock_rows()) {
        CAPTURE(row.key, row.form);
        const bool assumed =
            row.i386.starts_with('~') || row.i486.starts_with('~') || row.pentium.starts_with('~');
        CHECK((!assumed || !row.note.empty()));
        const auto p6 = ClockTable::of(Model::p6).figure(row);
        CHECK((!p6 || p6->assumed));
        CHECK((!p6 || !ClockTable::of(Model::p6).source(row).empty()));
    }
}
