// SPDX-License-Identifier: MIT
#include "cpu/timing/operand_form.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "base/ensure.hpp"
#include "base/text.hpp"

namespace ringside::cpu::timing {
namespace {

using Predicate = bool (*)(const ZydisDecodedInstruction&, const ZydisDecodedOperand&);

struct Word {
    std::string_view text;
    Predicate fits;
};

bool in_class(const ZydisDecodedOperand& operand, ZydisRegisterClass wanted) {
    return operand.type == ZYDIS_OPERAND_TYPE_REGISTER &&
           ZydisRegisterGetClass(operand.reg.value) == wanted;
}

bool is_general(const ZydisDecodedOperand& operand) {
    return in_class(operand, ZYDIS_REGCLASS_GPR8) || in_class(operand, ZYDIS_REGCLASS_GPR16) ||
           in_class(operand, ZYDIS_REGCLASS_GPR32);
}

bool is_memory(const ZydisDecodedOperand& operand) {
    return operand.type == ZYDIS_OPERAND_TYPE_MEMORY &&
           operand.encoding == ZYDIS_OPERAND_ENCODING_MODRM_RM;
}

template <unsigned Bits>
bool general_of(const ZydisDecodedInstruction&, const ZydisDecodedOperand& operand) {
    return is_general(operand) && operand.size == Bits;
}

template <unsigned Bits>
bool memory_of(const ZydisDecodedInstruction&, const ZydisDecodedOperand& operand) {
    return is_memory(operand) && operand.size == Bits;
}

template <ZydisRegister Register>
bool exactly(const ZydisDecodedInstruction&, const ZydisDecodedOperand& operand) {
    return operand.type == ZYDIS_OPERAND_TYPE_REGISTER && operand.reg.value == Register;
}

template <ZydisRegisterClass Class>
bool any_of_class(const ZydisDecodedInstruction&, const ZydisDecodedOperand& operand) {
    return in_class(operand, Class);
}

bool general(const ZydisDecodedInstruction&, const ZydisDecodedOperand& operand) {
    return is_general(operand);
}

bool in_opcode(const ZydisDecodedInstruction&, const ZydisDecodedOperand& operand) {
    return is_general(operand) && operand.encoding == ZYDIS_OPERAND_ENCODING_OPCODE;
}

bool accumulator(const ZydisDecodedInstruction&, const ZydisDecodedOperand& operand) {
    return is_general(operand) && operand.encoding == ZYDIS_OPERAND_ENCODING_NONE &&
           ZydisRegisterGetId(operand.reg.value) == 0;
}

bool count_register(const ZydisDecodedInstruction&, const ZydisDecodedOperand& operand) {
    return operand.type == ZYDIS_OPERAND_TYPE_REGISTER &&
           operand.encoding == ZYDIS_OPERAND_ENCODING_NONE &&
           operand.reg.value == ZYDIS_REGISTER_CL;
}

bool vector(const ZydisDecodedInstruction&, const ZydisDecodedOperand& operand) {
    return in_class(operand, ZYDIS_REGCLASS_MMX) || in_class(operand, ZYDIS_REGCLASS_XMM);
}

bool memory(const ZydisDecodedInstruction&, const ZydisDecodedOperand& operand) {
    return is_memory(operand);
}

bool bare_offset(const ZydisDecodedInstruction&, const ZydisDecodedOperand& operand) {
    return operand.type == ZYDIS_OPERAND_TYPE_MEMORY && !is_memory(operand);
}

bool immediate(const ZydisDecodedInstruction& instruction, const ZydisDecodedOperand& operand) {
    return operand.type == ZYDIS_OPERAND_TYPE_IMMEDIATE && !operand.imm.is_relative &&
           instruction.raw.imm[0].size != 0;
}

bool implied_one(const ZydisDecodedInstruction& instruction, const ZydisDecodedOperand& operand) {
    return operand.type == ZYDIS_OPERAND_TYPE_IMMEDIATE && instruction.raw.imm[0].size == 0;
}

bool relative(const ZydisDecodedInstruction&, const ZydisDecodedOperand& operand) {
    return operand.type == ZYDIS_OPERAND_TYPE_IMMEDIATE && operand.imm.is_relative;
}

template <ZydisRegisterClass Class, unsigned First, unsigned Last>
bool numbered(const ZydisDecodedInstruction&, const ZydisDecodedOperand& operand) {
    if (!in_class(operand, Class)) {
        return false;
    }
    const int id = ZydisRegisterGetId(operand.reg.value);
    return id >= static_cast<int>(First) && id <= static_cast<int>(Last);
}

constexpr std::array words{
    Word{"r", general},
    Word{"r8", general_of<8>},
    Word{"r16", general_of<16>},
    Word{"r32", general_of<32>},
    Word{"+r", in_opcode},
    Word{"acc", accumulator},
    Word{"cl", count_register},
    Word{"m", memory},
    Word{"m8", memory_of<8>},
    Word{"m16", memory_of<16>},
    Word{"m32", memory_of<32>},
    Word{"m64", memory_of<64>},
    Word{"m80", memory_of<80>},
    Word{"st", any_of_class<ZYDIS_REGCLASS_X87>},
    Word{"v", vector},
    Word{"ax", exactly<ZYDIS_REGISTER_AX>},
    Word{"moffs", bare_offset},
    Word{"imm", immediate},
    Word{"1", implied_one},
    Word{"rel", relative},
    Word{"sreg", any_of_class<ZYDIS_REGCLASS_SEGMENT>},
    Word{"ss", exactly<ZYDIS_REGISTER_SS>},
    Word{"cr0", exactly<ZYDIS_REGISTER_CR0>},
    Word{"cr2", exactly<ZYDIS_REGISTER_CR2>},
    Word{"cr3", exactly<ZYDIS_REGISTER_CR3>},
    Word{"cr4", exactly<ZYDIS_REGISTER_CR4>},
    Word{"cr", any_of_class<ZYDIS_REGCLASS_CONTROL>},
    Word{"dr0-3", numbered<ZYDIS_REGCLASS_DEBUG, 0, 3>},
    Word{"dr4-7", numbered<ZYDIS_REGCLASS_DEBUG, 4, 7>},
    Word{"tr3-5", numbered<ZYDIS_REGCLASS_TEST, 3, 5>},
    Word{"tr6-7", numbered<ZYDIS_REGCLASS_TEST, 6, 7>},
};

const Word* word_named(std::string_view text) {
    const auto found = std::find_if(words.begin(), words.end(),
                                    [text](const Word& word) { return word.text == text; });
    return found == words.end() ? nullptr : &*found;
}

bool is_whole_form(std::string_view text) {
    return text == "any" || text == "none" || text == "single" || text == "repeated";
}

}  // namespace

OperandForm::OperandForm(std::string_view text) : text_(text) {
    if (is_whole_form(text)) {
        return;
    }
    words_ = split(text, ',');
    for (const std::string_view word : words_) {
        ensure(word_named(word) != nullptr, fmt::format("clocks.tsv: form '{}'", text));
    }
}

bool OperandForm::matches(const ZydisDecodedInstruction& instruction,
                          const ZydisDecodedOperand* operands) const {
    if (text_ == "any") {
        return true;
    }
    if (text_ == "none") {
        return instruction.operand_count_visible == 0;
    }
    if (text_ == "single" || text_ == "repeated") {
        return is_repeated(instruction) == (text_ == "repeated");
    }
    if (words_.size() != instruction.operand_count_visible) {
        return false;
    }
    for (std::size_t i = 0; i < words_.size(); ++i) {
        if (!word_named(words_[i])->fits(instruction, operands[i])) {
            return false;
        }
    }
    return true;
}

bool is_repeated(const ZydisDecodedInstruction& instruction) {
    constexpr ZydisInstructionAttributes repeats =
        ZYDIS_ATTRIB_HAS_REP | ZYDIS_ATTRIB_HAS_REPE | ZYDIS_ATTRIB_HAS_REPNE;
    return (instruction.attributes & repeats) != 0;
}

}  // namespace ringside::cpu::timing
