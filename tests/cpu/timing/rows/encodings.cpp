// SPDX-License-Identifier: MIT
#include "cpu/timing/rows/encodings.hpp"

#include <Zydis/Zydis.h>

#include <algorithm>
#include <array>
#include <map>
#include <span>
#include <string_view>
#include <utility>

#include "base/text.hpp"
#include "cpu/instruction.hpp"

namespace ringside::test {
namespace {

using Operands = std::vector<ZydisEncoderOperand>;

ZydisEncoderOperand reg(ZydisRegister value) {
    ZydisEncoderOperand operand{};
    operand.type = ZYDIS_OPERAND_TYPE_REGISTER;
    operand.reg.value = value;
    return operand;
}

Operands regs(std::initializer_list<ZydisRegister> values) {
    Operands all;
    std::transform(values.begin(), values.end(), std::back_inserter(all), reg);
    return all;
}

ZydisEncoderOperand immediate_of(std::int64_t value) {
    ZydisEncoderOperand operand{};
    operand.type = ZYDIS_OPERAND_TYPE_IMMEDIATE;
    operand.imm.s = value;
    return operand;
}

ZydisEncoderOperand memory_of(std::uint16_t bytes, ZydisRegister base, std::int64_t displacement) {
    ZydisEncoderOperand operand{};
    operand.type = ZYDIS_OPERAND_TYPE_MEMORY;
    operand.mem.base = base;
    operand.mem.displacement = displacement;
    operand.mem.size = bytes;
    return operand;
}

Operands memory_in(std::initializer_list<std::uint16_t> sizes, ZydisRegister base) {
    Operands all;
    for (const std::uint16_t bytes : sizes) {
        all.push_back(memory_of(bytes, base, 0));
    }
    return all;
}

/// What may stand at one place of a form. `last` is the last general register of the form.
Operands choices(std::string_view word, bool last, bool code32, std::int64_t immediate) {
    const ZydisRegister base = code32 ? ZYDIS_REGISTER_EBX : ZYDIS_REGISTER_BX;
    const ZydisRegister r8 = last ? ZYDIS_REGISTER_CL : ZYDIS_REGISTER_DL;
    const ZydisRegister r16 = last ? ZYDIS_REGISTER_CX : ZYDIS_REGISTER_DX;
    const ZydisRegister r32 = last ? ZYDIS_REGISTER_ECX : ZYDIS_REGISTER_EDX;
    if (word == "r") {
        return regs({r8, r16, r32});
    }
    if (word == "+r") {
        return regs({r16, r32});
    }
    if (word == "m") {
        return memory_in({1, 2, 4, 6, 8, 10, 14, 16, 28, 94, 108, 512}, base);
    }
    if (word == "moffs") {
        return {memory_of(1, ZYDIS_REGISTER_NONE, 0x3000),
                memory_of(2, ZYDIS_REGISTER_NONE, 0x3000),
                memory_of(4, ZYDIS_REGISTER_NONE, 0x3000)};
    }
    static const std::map<std::string_view, Operands> fixed{
        {"acc", regs({ZYDIS_REGISTER_AL, ZYDIS_REGISTER_AX, ZYDIS_REGISTER_EAX})},
        {"ax", regs({ZYDIS_REGISTER_AX})},
        {"cl", regs({ZYDIS_REGISTER_CL})},
        {"st", regs({ZYDIS_REGISTER_ST0, ZYDIS_REGISTER_ST1})},
        {"v",
         regs({ZYDIS_REGISTER_MM0, ZYDIS_REGISTER_MM1, ZYDIS_REGISTER_XMM0, ZYDIS_REGISTER_XMM1})},
        {"1", {immediate_of(1)}},
        {"sreg",
         regs({ZYDIS_REGISTER_ES, ZYDIS_REGISTER_DS, ZYDIS_REGISTER_FS, ZYDIS_REGISTER_GS})},
        {"ss", regs({ZYDIS_REGISTER_SS})},
        {"cr0", regs({ZYDIS_REGISTER_CR0})},
        {"cr2", regs({ZYDIS_REGISTER_CR2})},
        {"cr3", regs({ZYDIS_REGISTER_CR3})},
        {"cr4", regs({ZYDIS_REGISTER_CR4})},
        {"cr", regs({ZYDIS_REGISTER_CR0, ZYDIS_REGISTER_CR2, ZYDIS_REGISTER_CR3})},
        {"dr0-3",
         regs({ZYDIS_REGISTER_DR0, ZYDIS_REGISTER_DR1, ZYDIS_REGISTER_DR2, ZYDIS_REGISTER_DR3})},
        {"dr4-7", regs({ZYDIS_REGISTER_DR6, ZYDIS_REGISTER_DR7})},
    };
    if (const auto found = fixed.find(word); found != fixed.end()) {
        return found->second;
    }
    if (word == "imm") {
        return {immediate_of(immediate)};
    }
    // r8, m32 and the like.
    if (const auto bits = parse_number(word.substr(1)); bits && word.front() == 'm') {
        return {memory_of(static_cast<std::uint16_t>(*bits / 8), base, 0)};
    }
    return word == "r8" ? regs({r8}) : word == "r16" ? regs({r16}) : regs({r32});
}

/// Forms whose shortest encoding is another row's, or which Zydis does not encode.
struct Odd {
    std::string_view key;
    std::string_view form;
    std::vector<std::string_view> code32;
};

const Odd* odd_row(std::string_view key, std::string_view form) {
    static const std::array odd{
        Odd{"PUSH", "r", {"ff f1", "66 ff f1"}},
        Odd{"POP", "r", {"8f c1", "66 8f c1"}},
        Odd{"ADD", "acc,imm", {"04 05", "66 05 05 00", "05 05 00 00 00"}},
        Odd{"SUB", "acc,imm", {"2c 05", "66 2d 05 00", "2d 05 00 00 00"}},
        Odd{"AND", "acc,imm", {"24 05", "66 25 05 00", "25 05 00 00 00"}},
        Odd{"OR", "acc,imm", {"0c 05", "66 0d 05 00", "0d 05 00 00 00"}},
        Odd{"XOR", "acc,imm", {"34 05", "66 35 05 00", "35 05 00 00 00"}},
        Odd{"ADC", "acc,imm", {"14 05", "66 15 05 00", "15 05 00 00 00"}},
        Odd{"SBB", "acc,imm", {"1c 05", "66 1d 05 00", "1d 05 00 00 00"}},
        Odd{"CMP", "acc,imm", {"3c 05", "66 3d 05 00", "3d 05 00 00 00"}},
        Odd{"MOV", "tr3-5,r", {"0f 26 d9", "0f 26 e1", "0f 26 e9"}},
        Odd{"MOV", "tr6-7,r", {"0f 26 f1", "0f 26 f9"}},
        Odd{"MOV", "r,tr3-5", {"0f 24 d9", "0f 24 e1", "0f 24 e9"}},
        Odd{"MOV", "r,tr6-7", {"0f 24 f1", "0f 24 f9"}},
        Odd{"SALC", "any", {"d6"}},
        Odd{"WAIT/FWAIT", "any", {"9b"}},
        Odd{"NOP", "none", {"90", "f3 90"}},
        Odd{"NOP",
            "any",
            {"0f 1f 03", "66 0f 1f 00", "0f 1f c1", "0f 18 03", "0f 18 0b", "0f 18 13", "0f 18 1b",
             "0f 19 c1"}},
        Odd{"AAD", "any", {"d5 0a", "d5 05"}},
        Odd{"AAM", "any", {"d4 0a", "d4 05"}},
        // [EDI], in 16-bit code [BX]
        Odd{"BOUND", "any", {"62 0f", "66 62 0f"}},
    };
    const auto found = std::find_if(odd.begin(), odd.end(), [&](const Odd& each) {
        return each.key == key && each.form == form;
    });
    return found == odd.end() ? nullptr : &*found;
}

/// The same operand size in 16-bit code.
Bytes in_code16(Bytes bytes) {
    if (bytes.front() == 0x66) {
        bytes.erase(bytes.begin());
    } else {
        bytes.insert(bytes.begin(), 0x66);
    }
    return bytes;
}

void encode(std::vector<Bytes>& found, ZydisMnemonic mnemonic, bool code32,
            const Operands& operands, ZydisInstructionAttributes prefixes = 0) {
    ZydisEncoderRequest request{};
    request.mnemonic = mnemonic;
    request.machine_mode = code32 ? ZYDIS_MACHINE_MODE_LEGACY_32 : ZYDIS_MACHINE_MODE_LEGACY_16;
    request.allowed_encodings = ZYDIS_ENCODABLE_ENCODING_LEGACY;
    request.prefixes = prefixes;
    request.operand_count = static_cast<ZyanU8>(operands.size());
    std::copy(operands.begin(), operands.end(), std::begin(request.operands));
    Bytes bytes(ZYDIS_MAX_INSTRUCTION_LENGTH);
    ZyanUSize length = bytes.size();
    if (ZYAN_SUCCESS(ZydisEncoderEncodeInstruction(&request, bytes.data(), &length))) {
        bytes.resize(length);
        if (std::find(found.begin(), found.end(), bytes) == found.end()) {
            found.push_back(bytes);
        }
    }
}

void encode_all(std::vector<Bytes>& found, ZydisMnemonic mnemonic, bool code32,
                std::span<const Operands> places, Operands chosen) {
    if (places.empty()) {
        encode(found, mnemonic, code32, chosen);
        return;
    }
    chosen.emplace_back();
    for (const ZydisEncoderOperand& choice : places.front()) {
        chosen.back() = choice;
        encode_all(found, mnemonic, code32, places.subspan(1), chosen);
    }
}

void encode_string(std::vector<Bytes>& found, ZydisMnemonic mnemonic, bool code32, bool repeated) {
    const std::string_view name = ZydisMnemonicGetString(mnemonic);
    const bool compares = name.starts_with("cmps") || name.starts_with("scas");
    std::vector<ZydisInstructionAttributes> prefixes{0};
    if (repeated && compares) {
        prefixes = {ZYDIS_ATTRIB_HAS_REPE, ZYDIS_ATTRIB_HAS_REPNE};
    } else if (repeated) {
        prefixes = {ZYDIS_ATTRIB_HAS_REP};
    }
    for (const ZydisInstructionAttributes prefix : prefixes) {
        encode(found, mnemonic, code32, {}, prefix);
    }
}

/// The operands of a form. Classes of MMX and SSE instructions have one row for all.
std::vector<std::string_view> spelled_out(const cpu::timing::ClockRow& row) {
    const bool bare = row.form == "any" || row.form == "none";
    if (!bare) {
        return {row.form};
    }
    const bool is_class = row.key.front() >= 'a' && row.key.front() <= 'z';
    if (!is_class || row.form == "none") {
        return {""};
    }
    return {"v,v", "v,m", "r,v", "v,r", "r,m", "v,v,imm", "v,m,imm"};
}

}  // namespace

std::vector<Bytes> encodings(const cpu::timing::ClockRow& row, cpu::Model model, bool code32,
                             std::int64_t immediate) {
    std::vector<Bytes> found;
    if (const Odd* odd = odd_row(row.key, row.form)) {
        for (const std::string_view hex : odd->code32) {
            const Bytes bytes = from_hex(hex);
            found.push_back(code32 ? bytes : in_code16(bytes));
        }
        return found;
    }
    const bool strings = row.form == "single" || row.form == "repeated";
    for (const cpu::Instruction& instruction : cpu::instruction_set()) {
        if (instruction.clocks != row.key || instruction.first > model) {
            continue;
        }
        if (strings) {
            encode_string(found, instruction.mnemonic, code32, row.form == "repeated");
            continue;
        }
        for (const std::string_view form : spelled_out(row)) {
            std::vector<Operands> places;
            const auto words = form.empty() ? std::vector<std::string_view>{} : split(form, ',');
            for (std::size_t i = 0; i < words.size(); ++i) {
                const bool last = i + 1 == words.size() || words[i + 1].front() != 'r';
                places.push_back(choices(words[i], last, code32, immediate));
            }
            encode_all(found, instruction.mnemonic, code32, places, {});
        }
    }
    return found;
}

}  // namespace ringside::test
