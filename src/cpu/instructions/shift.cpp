// SPDX-License-Identifier: MIT
#include <array>
#include <bit>
#include <cstdint>
#include <type_traits>

#include "cpu/instruction.hpp"
#include "cpu/operands.hpp"

namespace ringside::cpu {
namespace {

// Counts are taken modulo 32. OF is documented for a count of 1 only; for others it is what the
// last of that many single steps would give, as on processors that step.

template <typename W>
constexpr unsigned bits_in = sizeof(W) * 8;

template <typename W>
bool top(W value) {
    return (value >> (bits_in<W> - 1)) != 0;
}

/// Whether the two highest bits differ: the step to the right that made them changed the sign.
template <typename W>
bool top_two_differ(W value) {
    return top<W>(value) != top<W>(static_cast<W>(value << 1));
}

struct Shl {
    template <typename W, typename Flags>
    static W apply(Flags&& flags, W value, unsigned count) {
        const std::uint64_t wide = std::uint64_t{value} << count;
        const auto result = static_cast<W>(wide);
        const bool cf = bit<std::uint64_t>(wide, bits_in<W>) != 0;
        flags.template set_with<W>(result, cf, cf != top<W>(result));
        return result;
    }
};

struct Shr {
    template <typename W, typename Flags>
    static W apply(Flags&& flags, W value, unsigned count) {
        const auto result = static_cast<W>(std::uint64_t{value} >> count);
        flags.template set_with<W>(result, bit<std::uint64_t>(value, count - 1) != 0,
                                   top_two_differ<W>(result));
        return result;
    }
};

struct Sar {
    template <typename W, typename Flags>
    static W apply(Flags&& flags, W value, unsigned count) {
        const std::int64_t wide = static_cast<std::make_signed_t<W>>(value);
        const auto result = static_cast<W>(wide >> count);
        flags.template set_with<W>(result, ((wide >> (count - 1)) & 1) != 0, false);
        return result;
    }
};

// Rotations change CF and OF only.
struct Rol {
    template <typename W, typename Flags>
    static W apply(Flags&& flags, W value, unsigned count) {
        const W result = std::rotl(value, static_cast<int>(count % bits_in<W>));
        const bool cf = (result & 1U) != 0;
        flags.set_cf_of(cf, cf != top<W>(result));
        return result;
    }
};

struct Ror {
    template <typename W, typename Flags>
    static W apply(Flags&& flags, W value, unsigned count) {
        const W result = std::rotr(value, static_cast<int>(count % bits_in<W>));
        flags.set_cf_of(top<W>(result), top_two_differ<W>(result));
        return result;
    }
};

/// Rotates CF:value, which is one bit wider than W.
template <typename W>
std::uint64_t rotate_with_carry(const ArithmeticFlags& flags, W value, unsigned left) {
    constexpr unsigned width = bits_in<W> + 1;
    const std::uint64_t whole = (std::uint64_t{flags.cf()} << bits_in<W>) | value;
    return (whole << left) | (whole >> (width - left));
}

struct Rcl {
    template <typename W>
    static W apply(ArithmeticFlags& flags, W value, unsigned count) {
        const unsigned left = count % (bits_in<W> + 1);
        const std::uint64_t rotated = rotate_with_carry<W>(flags, value, left);
        const auto result = static_cast<W>(rotated);
        const bool cf = bit<std::uint64_t>(rotated, bits_in<W>) != 0;
        flags.set_cf_of(cf, cf != top<W>(result));
        return result;
    }
};

struct Rcr {
    template <typename W>
    static W apply(ArithmeticFlags& flags, W value, unsigned count) {
        constexpr unsigned width = bits_in<W> + 1;
        const std::uint64_t rotated = rotate_with_carry<W>(flags, value, width - count % width);
        const auto result = static_cast<W>(rotated);
        flags.set_cf_of(bit<std::uint64_t>(rotated, bits_in<W>) != 0, top_two_differ<W>(result));
        return result;
    }
};

/// CL, which is no operand of its own in SHLD and SHRD.
struct Cl {
    template <typename W>
    static W read(Cpu& cpu, const Op*) {
        return cpu.registers.get<W>(RegisterFile::offset_of(GeneralRegister::ecx));
    }
};

// With a count of zero no flag changes, but the destination is still one that is written.
template <typename Operation, typename W, typename D, typename Count, typename F = KeepFlags>
void shift(Cpu& cpu, const Op* op) {
    const unsigned count = Count::template read<std::uint8_t>(cpu, op) & 31U;
    const auto place = D::template modify<W>(cpu, op);
    if (count != 0) {
        place.set(Operation::template apply<W>(F::of(cpu), place.get(), count));
    }
    add_formula(cpu, op, count);
}

// SHLD, SHRD. A 16-bit shift by more than 16 is undefined in the manual. Behind the filler come
// `behind`: on Intel's parts the operand again, on the silicon whose vectors `modern` must match
// the filler.
struct ShiftLeftDouble {
    template <typename W>
    static W apply(ArithmeticFlags& flags, W value, W filler, W behind, unsigned count) {
        constexpr unsigned width = bits_in<W>;
        if (count > width) {
            return apply<W>(flags, filler, behind, behind, count - width);
        }
        const std::uint64_t string = (std::uint64_t{value} << width) | filler;
        const auto result = static_cast<W>(string >> (width - count));
        const bool cf = bit<std::uint64_t>(string, 2 * width - count) != 0;
        flags.set_with<W>(result, cf, cf != top<W>(result));
        return result;
    }
};

struct ShiftRightDouble {
    template <typename W>
    static W apply(ArithmeticFlags& flags, W value, W filler, W behind, unsigned count) {
        constexpr unsigned width = bits_in<W>;
        if (count > width) {
            return apply<W>(flags, filler, behind, behind, count - width);
        }
        const std::uint64_t string = (std::uint64_t{filler} << width) | value;
        const auto result = static_cast<W>(string >> count);
        flags.set_with<W>(result, bit<std::uint64_t>(string, count - 1) != 0,
                          top_two_differ<W>(result));
        return result;
    }
};

template <typename Operation, typename W, typename D, typename Count>
void shift_double(Cpu& cpu, const Op* op) {
    const unsigned count = Count::template read<std::uint8_t>(cpu, op) & 31U;
    const auto place = D::template modify<W>(cpu, op);
    if (count != 0) {
        const W value = place.get();
        const W filler = Src::read<W>(cpu, op);
        const W behind = cpu.model == Model::modern ? filler : value;
        place.set(Operation::template apply<W>(cpu.flags, value, filler, behind, count));
    }
}

// A count of zero, or a rotation, leaves flags of earlier instructions behind.
template <typename Operation>
Selection select_shift(const Decoded& d, std::uint32_t mode) {
    return with_width(d.width(), [&]<typename W>() {
        return with_destination(d, mode, [&]<typename D>() {
            return d.is_immediate(1) ? with_flags<&shift<Operation, W, D, Imm>,
                                                  &shift<Operation, W, D, Imm, DropFlags>,
                                                  D::is_memory, FlagEffect::passes>()
                                     : with_flags<&shift<Operation, W, D, Cl>,
                                                  &shift<Operation, W, D, Cl, DropFlags>,
                                                  D::is_memory, FlagEffect::passes>();
        });
    });
}

template <typename Operation>
Selection select_rotate_carry(const Decoded& d, std::uint32_t mode) {
    return with_width(d.width(), [&]<typename W>() {
        return with_destination(d, mode, [&]<typename D>() {
            return d.is_immediate(1) ? handled<&shift<Operation, W, D, Imm>, D::is_memory>()
                                     : handled<&shift<Operation, W, D, Cl>, D::is_memory>();
        });
    });
}

template <typename Operation>
Selection select_shift_double(const Decoded& d, std::uint32_t mode) {
    return with_word_width(d.width(), [&]<typename W>() {
        return with_destination(d, mode, [&]<typename D>() {
            return d.is_immediate(2) ? handled<&shift_double<Operation, W, D, Imm>, D::is_memory>()
                                     : handled<&shift_double<Operation, W, D, Cl>, D::is_memory>();
        });
    });
}

constexpr std::array table{
    Instruction{ZYDIS_MNEMONIC_RCL, select_rotate_carry<Rcl>, "RCL/RCR", Model::i386,
                "SDM vol. 2, RCL"},
    Instruction{ZYDIS_MNEMONIC_RCR, select_rotate_carry<Rcr>, "RCL/RCR", Model::i386,
                "SDM vol. 2, RCR"},
    Instruction{ZYDIS_MNEMONIC_ROL, select_shift<Rol>, "ROL/ROR", Model::i386, "SDM vol. 2, ROL"},
    Instruction{ZYDIS_MNEMONIC_ROR, select_shift<Ror>, "ROL/ROR", Model::i386, "SDM vol. 2, ROR"},
    Instruction{ZYDIS_MNEMONIC_SAR, select_shift<Sar>, "SHL/SHR/SAR", Model::i386,
                "SDM vol. 2, SAR"},
    Instruction{ZYDIS_MNEMONIC_SHL, select_shift<Shl>, "SHL/SHR/SAR", Model::i386,
                "SDM vol. 2, SHL"},
    Instruction{ZYDIS_MNEMONIC_SHLD, select_shift_double<ShiftLeftDouble>, "SHLD/SHRD", Model::i386,
                "SDM vol. 2, SHLD"},
    Instruction{ZYDIS_MNEMONIC_SHR, select_shift<Shr>, "SHL/SHR/SAR", Model::i386,
                "SDM vol. 2, SHR"},
    Instruction{ZYDIS_MNEMONIC_SHRD, select_shift_double<ShiftRightDouble>, "SHLD/SHRD",
                Model::i386, "SDM vol. 2, SHRD"},
};

}  // namespace

std::span<const Instruction> shift_instructions() {
    return table;
}

}  // namespace ringside::cpu
