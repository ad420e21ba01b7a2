// SPDX-License-Identifier: MIT
#include <array>
#include <cstdint>
#include <limits>
#include <type_traits>

#include "cpu/instruction.hpp"
#include "cpu/operands.hpp"

namespace ringside::cpu {
namespace {

template <typename W>
constexpr unsigned bits_in = sizeof(W) * 8;

/// Where AX, DX:AX and EDX:EAX have their upper half.
template <typename W>
constexpr std::uint8_t high_place = sizeof(W) == 1 ? std::uint8_t{1}
                                                   : RegisterFile::offset_of(GeneralRegister::edx);

template <typename W>
std::uint64_t dividend(const Cpu& cpu) {
    return (std::uint64_t{cpu.registers.get<W>(high_place<W>)} << bits_in<W>) |
           cpu.registers.get<W>(0);
}

// A zero divisor or a quotient that does not fit: #DE, with nothing changed. The flags, undefined
// in the manual, stay.
template <typename W, typename S>
void divide(Cpu& cpu, const Op* op) {
    const std::uint64_t divisor = S::template read<W>(cpu, op);
    const std::uint64_t value = dividend<W>(cpu);
    if (divisor == 0 || value / divisor > std::numeric_limits<W>::max()) [[unlikely]] {
        throw Fault::de();
    }
    cpu.registers.set<W>(0, static_cast<W>(value / divisor));
    cpu.registers.set<W>(high_place<W>, static_cast<W>(value % divisor));
}

template <typename W, typename S>
void divide_signed(Cpu& cpu, const Op* op) {
    using Half = std::make_signed_t<W>;
    constexpr unsigned unused = 64 - 2 * bits_in<W>;
    const std::int64_t divisor = static_cast<Half>(S::template read<W>(cpu, op));
    const std::int64_t value = static_cast<std::int64_t>(dividend<W>(cpu) << unused) >> unused;
    // The most negative dividend by -1 does not even fit the host's quotient.
    if (divisor == 0 || (divisor == -1 && value == std::numeric_limits<std::int64_t>::min()))
        [[unlikely]] {
        throw Fault::de();
    }
    const std::int64_t quotient = value / divisor;
    if (quotient != static_cast<Half>(quotient)) [[unlikely]] {
        throw Fault::de();
    }
    cpu.registers.set<W>(0, static_cast<W>(quotient));
    cpu.registers.set<W>(high_place<W>, static_cast<W>(value % divisor));
}

Selection select_divide(const Decoded& d, std::uint32_t mode) {
    return with_width(d.width(), [&]<typename W>() {
        return with_destination(d, mode,
                                [&]<typename S>() { return handled<&divide<W, S>, true>(); });
    });
}

Selection select_divide_signed(const Decoded& d, std::uint32_t mode) {
    return with_width(d.width(), [&]<typename W>() {
        return with_destination(
            d, mode, [&]<typename S>() { return handled<&divide_signed<W, S>, true>(); });
    });
}

constexpr std::array table{
    Instruction{ZYDIS_MNEMONIC_DIV, select_divide, "DIV", Model::i386, "SDM vol. 2, DIV"},
    Instruction{ZYDIS_MNEMONIC_IDIV, select_divide_signed, "IDIV", Model::i386, "SDM vol. 2, IDIV"},
};

}  // namespace

std::span<const Instruction> divide_instructions() {
    return table;
}

}  // namespace ringside::cpu
