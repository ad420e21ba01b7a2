// SPDX-License-Identifier: MIT
#include <array>
#include <cstdint>

#include "cpu/instruction.hpp"
#include "cpu/operands.hpp"

namespace ringside::cpu {
namespace {

constexpr std::uint8_t al = 0;
constexpr std::uint8_t ah = 1;

std::uint8_t get_al(const Cpu& cpu) {
    return cpu.registers.get<std::uint8_t>(al);
}

/// SF, ZF and PF tell of AL; the manual leaves OF undefined, processors clear it.
void set_al(Cpu& cpu, unsigned value, bool cf, bool af) {
    const auto result = static_cast<std::uint8_t>(value);
    cpu.registers.set<std::uint8_t>(al, result);
    cpu.flags.set_with<std::uint8_t>(result, cf, false, af);
}

bool low_digit_needs_adjusting(const Cpu& cpu) {
    return (get_al(cpu) & 0xFU) > 9 || cpu.flags.af();
}

// AAA and AAS correct AL by six, carry one into AH and keep the low digit.
enum class Correction : std::uint8_t { add, subtract };

template <Correction correction>
void adjust_ascii(Cpu& cpu, const Op*) {
    const bool adjust = low_digit_needs_adjusting(cpu);
    if (adjust) {
        const unsigned ax = cpu.registers.get<std::uint16_t>(al);
        constexpr unsigned step = 0x106;
        cpu.registers.set<std::uint16_t>(
            al, static_cast<std::uint16_t>(correction == Correction::add ? ax + step : ax - step));
    }
    set_al(cpu, get_al(cpu) & 0xFU, adjust, adjust);
}

// DAA and DAS correct both digits; the high one by the value that AL had at the start.
template <Correction correction>
void adjust_decimal(Cpu& cpu, const Op*) {
    const unsigned before = get_al(cpu);
    const bool low = low_digit_needs_adjusting(cpu);
    const bool high = before > 0x99 || cpu.flags.cf();
    const unsigned amount = (low ? 0x06U : 0U) + (high ? 0x60U : 0U);
    if constexpr (correction == Correction::add) {
        set_al(cpu, before + amount, high, low);
    } else {
        // Borrowing for the low digit carries out even when the high one stays.
        set_al(cpu, before - amount, high || (low && before < 6), low);
    }
}

// AAM: AH := AL / imm8, AL := AL mod imm8; a zero divisor is #DE.
void adjust_after_multiply(Cpu& cpu, const Op* op) {
    const unsigned base = op->immediate & 0xFFU;
    if (base == 0) {
        throw Fault::de();
    }
    const unsigned value = get_al(cpu);
    cpu.registers.set<std::uint8_t>(ah, static_cast<std::uint8_t>(value / base));
    set_al(cpu, value % base, false, false);
}

// AAD: AL := AL + AH * imm8, AH := 0.
void adjust_before_divide(Cpu& cpu, const Op* op) {
    const unsigned high = cpu.registers.get<std::uint8_t>(ah);
    cpu.registers.set<std::uint8_t>(ah, 0);
    set_al(cpu, get_al(cpu) + high * (op->immediate & 0xFFU), false, false);
}

template <auto body, bool may_fault>
Selection select_only(const Decoded&, std::uint32_t) {
    return handled<body, may_fault>();
}

constexpr std::array table{
    Instruction{ZYDIS_MNEMONIC_AAA, select_only<&adjust_ascii<Correction::add>, false>, "AAA",
                Model::i386, "SDM vol. 2, AAA"},
    Instruction{ZYDIS_MNEMONIC_AAD, select_only<&adjust_before_divide, false>, "AAD", Model::i386,
                "SDM vol. 2, AAD"},
    Instruction{ZYDIS_MNEMONIC_AAM, select_only<&adjust_after_multiply, true>, "AAM", Model::i386,
                "SDM vol. 2, AAM"},
    Instruction{ZYDIS_MNEMONIC_AAS, select_only<&adjust_ascii<Correction::subtract>, false>, "AAS",
                Model::i386, "SDM vol. 2, AAS"},
    Instruction{ZYDIS_MNEMONIC_DAA, select_only<&adjust_decimal<Correction::add>, false>, "DAA",
                Model::i386, "SDM vol. 2, DAA"},
    Instruction{ZYDIS_MNEMONIC_DAS, select_only<&adjust_decimal<Correction::subtract>, false>,
                "DAS", Model::i386, "SDM vol. 2, DAS"},
};

}  // namespace

std::span<const Instruction> bcd_instructions() {
    return table;
}

}  // namespace ringside::cpu
