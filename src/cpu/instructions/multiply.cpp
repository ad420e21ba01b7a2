// SPDX-License-Identifier: MIT
#include <array>
#include <cstdint>
#include <type_traits>

#include "cpu/instruction.hpp"
#include "cpu/operands.hpp"

namespace ringside::cpu {
namespace {

template <typename W>
using Signed = std::make_signed_t<W>;

/// |multiplier|, on which the early-out multipliers of i386 and i486 depend.
template <typename W>
std::uint32_t magnitude(W value) {
    const std::int64_t wide = static_cast<Signed<W>>(value);
    return static_cast<std::uint32_t>(wide < 0 ? -wide : wide);
}

/// AX, DX:AX or EDX:EAX.
template <typename W>
void set_product(Cpu& cpu, std::uint64_t product) {
    const auto low = static_cast<W>(product);
    const auto high = static_cast<W>(product >> (sizeof(W) * 8));
    constexpr std::uint8_t high_place =
        sizeof(W) == 1 ? std::uint8_t{1} : RegisterFile::offset_of(GeneralRegister::edx);
    cpu.registers.set<W>(0, low);
    cpu.registers.set<W>(high_place, high);
}

// CF and OF say that the upper half matters. The manual leaves the others undefined; SF, ZF and PF
// tell of the low half here.
template <typename W, typename S>
void multiply(Cpu& cpu, const Op* op) {
    const W source = S::template read<W>(cpu, op);
    const std::uint64_t product = std::uint64_t{cpu.registers.get<W>(0)} * source;
    set_product<W>(cpu, product);
    const bool wide = product >> (sizeof(W) * 8) != 0;
    cpu.flags.set_with<W>(static_cast<W>(product), wide, wide);
    add_formula(cpu, op, source);
}

/// The signed product and whether it needs more than the width of its factors.
template <typename W>
std::int64_t signed_product(Cpu& cpu, W a, W b) {
    const std::int64_t product =
        std::int64_t{static_cast<Signed<W>>(a)} * static_cast<Signed<W>>(b);
    const bool wide = product != static_cast<Signed<W>>(product);
    cpu.flags.set_with<W>(static_cast<W>(product), wide, wide);
    return product;
}

template <typename W, typename S>
void multiply_signed(Cpu& cpu, const Op* op) {
    const W source = S::template read<W>(cpu, op);
    const std::int64_t product = signed_product<W>(cpu, cpu.registers.get<W>(0), source);
    set_product<W>(cpu, static_cast<std::uint64_t>(product));
    add_formula(cpu, op, magnitude(source));
}

template <typename W, typename S>
void multiply_register(Cpu& cpu, const Op* op) {
    const W source = S::template read<W>(cpu, op);
    const std::int64_t product = signed_product<W>(cpu, Dst::read<W>(cpu, op), source);
    Dst::write<W>(cpu, op, static_cast<W>(product));
    add_formula(cpu, op, magnitude(source));
}

template <typename W, typename S>
void multiply_immediate(Cpu& cpu, const Op* op) {
    const W source = S::template read<W>(cpu, op);
    const W factor = Imm::read<W>(cpu, op);
    Dst::write<W>(cpu, op, static_cast<W>(signed_product<W>(cpu, source, factor)));
    add_formula(cpu, op, magnitude(factor));
}

Selection select_multiply(const Decoded& d, std::uint32_t mode) {
    return with_width(d.width(), [&]<typename W>() {
        return with_destination(
            d, mode, [&]<typename S>() { return handled<&multiply<W, S>, S::is_memory>(); });
    });
}

Selection select_multiply_signed(const Decoded& d, std::uint32_t mode) {
    if (d.operand_count() == 1) {
        return with_width(d.width(), [&]<typename W>() {
            return with_destination(d, mode, [&]<typename S>() {
                return handled<&multiply_signed<W, S>, S::is_memory>();
            });
        });
    }
    return with_word_width(d.width(), [&]<typename W>() {
        return with_source(d, mode, [&]<typename S>() {
            return d.operand_count() == 2 ? handled<&multiply_register<W, S>, S::is_memory>()
                                          : handled<&multiply_immediate<W, S>, S::is_memory>();
        });
    });
}

constexpr std::array table{
    Instruction{ZYDIS_MNEMONIC_IMUL, select_multiply_signed, "IMUL", Model::i386,
                "SDM vol. 2, IMUL"},
    Instruction{ZYDIS_MNEMONIC_MUL, select_multiply, "MUL", Model::i386, "SDM vol. 2, MUL"},
};

}  // namespace

std::span<const Instruction> multiply_instructions() {
    return table;
}

}  // namespace ringside::cpu
