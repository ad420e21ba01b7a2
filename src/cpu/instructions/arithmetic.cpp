// SPDX-License-Identifier: MIT
#include <array>
#include <cstdint>

#include "cpu/instruction.hpp"
#include "cpu/instructions/branch.hpp"
#include "cpu/operands.hpp"

namespace ringside::cpu {
namespace {

// Operations: the manual's "DEST := DEST op SRC" with the flags, over one width.

struct Add {
    template <typename W, typename Flags>
    static W apply(Flags&& flags, W a, W b) {
        const W r = static_cast<W>(a + b);
        flags.template set<W>(r, static_cast<W>((a & b) | ((a | b) & ~r)));
        return r;
    }
};

struct Adc {
    template <typename W>
    static W apply(ArithmeticFlags& flags, W a, W b) {
        const W r = static_cast<W>(a + b + (flags.cf() ? 1 : 0));
        flags.set<W>(r, static_cast<W>((a & b) | ((a | b) & ~r)));
        return r;
    }
};

struct Sub {
    template <typename W, typename Flags>
    static W apply(Flags&& flags, W a, W b) {
        const W r = static_cast<W>(a - b);
        flags.template set<W>(r, static_cast<W>((~a & b) | (~(a ^ b) & r)));
        return r;
    }
};

struct Sbb {
    template <typename W>
    static W apply(ArithmeticFlags& flags, W a, W b) {
        const W r = static_cast<W>(a - b - (flags.cf() ? 1 : 0));
        flags.set<W>(r, static_cast<W>((~a & b) | (~(a ^ b) & r)));
        return r;
    }
};

// INC and DEC leave CF alone.
struct Inc {
    template <typename W, typename Flags>
    static W apply(Flags&& flags, W a) {
        const W r = static_cast<W>(a + 1);
        const bool overflow = r == static_cast<W>(W{1} << (sizeof(W) * 8 - 1));
        flags.template set_with<W>(r, flags.cf(), overflow, (r & 0xF) == 0);
        return r;
    }
};

struct Dec {
    template <typename W, typename Flags>
    static W apply(Flags&& flags, W a) {
        const W r = static_cast<W>(a - 1);
        const bool overflow = a == static_cast<W>(W{1} << (sizeof(W) * 8 - 1));
        flags.template set_with<W>(r, flags.cf(), overflow, (a & 0xF) == 0);
        return r;
    }
};

struct Neg {
    template <typename W, typename Flags>
    static W apply(Flags&& flags, W a) {
        return Sub::apply<W>(flags, W{0}, a);
    }
};

template <typename Operation, typename W, typename D, typename S, typename F = KeepFlags>
void binary(Cpu& cpu, const Op* op) {
    const auto place = D::template modify<W>(cpu, op);
    const W source = S::template read<W>(cpu, op);
    place.set(Operation::template apply<W>(F::of(cpu), place.get(), source));
}

template <typename W, typename D, typename S>
void compare(Cpu& cpu, const Op* op) {
    const W a = D::template read<W>(cpu, op);
    Sub::apply<W>(cpu.flags, a, S::template read<W>(cpu, op));
}

template <typename Operation, typename W, typename D, typename F = KeepFlags>
void unary(Cpu& cpu, const Op* op) {
    const auto place = D::template modify<W>(cpu, op);
    place.set(Operation::template apply<W>(F::of(cpu), place.get()));
}

// XADD: the sum goes to DEST, DEST's old value to SRC.
template <typename W, typename D>
void exchange_add(Cpu& cpu, const Op* op) {
    const auto place = D::template modify<W>(cpu, op);
    const W old = place.get();
    const W sum = Add::apply<W>(cpu.flags, old, Src::read<W>(cpu, op));
    Src::write<W>(cpu, op, old);
    place.set(sum);
}

// CMPXCHG: the destination is written either way, as on hardware.
template <typename W, typename D>
void compare_exchange(Cpu& cpu, const Op* op) {
    const auto place = D::template modify<W>(cpu, op);
    const W old = place.get();
    const W accumulator = cpu.registers.get<W>(0);
    Sub::apply<W>(cpu.flags, accumulator, old);
    const bool equal = accumulator == old;
    place.set(equal ? Src::read<W>(cpu, op) : old);
    if (!equal) {
        cpu.registers.set<W>(0, old);
    }
    add_variant(cpu, op, equal);
}

template <typename M>
void compare_exchange_8_bytes(Cpu& cpu, const Op* op) {
    const auto place = M::template modify<std::uint64_t>(cpu, op);
    const std::uint64_t old = place.get();
    RegisterFile& r = cpu.registers;
    const auto pair = [&r](GeneralRegister high, GeneralRegister low) {
        return (std::uint64_t{r[high]} << 32) | r[low];
    };
    const bool equal = pair(GeneralRegister::edx, GeneralRegister::eax) == old;
    cpu.flags.set_zf(equal);
    place.set(equal ? pair(GeneralRegister::ecx, GeneralRegister::ebx) : old);
    if (!equal) {
        r[GeneralRegister::eax] = static_cast<std::uint32_t>(old);
        r[GeneralRegister::edx] = static_cast<std::uint32_t>(old >> 32);
    }
}

template <typename Operation>
Selection select_binary(const Decoded& d, std::uint32_t mode) {
    return with_width(d.width(), [&]<typename W>() {
        return with_operands(d, mode, [&]<typename D, typename S>() {
            constexpr bool memory = D::is_memory || S::is_memory;
            return joinable<&binary<Operation, W, D, S>, memory, counts_often<W, memory>>(
                with_flags<&binary<Operation, W, D, S>, &binary<Operation, W, D, S, DropFlags>,
                           memory, FlagEffect::replaces>());
        });
    });
}

// ADC and SBB read CF, so what made it is never dropped.
template <typename Operation>
Selection select_with_carry(const Decoded& d, std::uint32_t mode) {
    return with_width(d.width(), [&]<typename W>() {
        return with_operands(d, mode, [&]<typename D, typename S>() {
            return handled < &binary<Operation, W, D, S>, D::is_memory || S::is_memory > ();
        });
    });
}

Selection select_compare(const Decoded& d, std::uint32_t mode) {
    return with_width(d.width(), [&]<typename W>() {
        return with_operands(d, mode, [&]<typename D, typename S>() {
            constexpr bool memory = D::is_memory || S::is_memory;
            return joinable<&compare<W, D, S>, memory, compares_often<W, D, S>>(
                with_flags<&compare<W, D, S>, &compare<W, D, S>, memory, FlagEffect::replaces>());
        });
    });
}

template <typename Operation, FlagEffect effect>
Selection select_unary(const Decoded& d, std::uint32_t mode) {
    return with_width(d.width(), [&]<typename W>() {
        return with_destination(d, mode, [&]<typename D>() {
            return joinable<&unary<Operation, W, D>, D::is_memory, counts_often<W, D::is_memory>>(
                with_flags<&unary<Operation, W, D>, &unary<Operation, W, D, DropFlags>,
                           D::is_memory, effect>());
        });
    });
}

Selection select_exchange_add(const Decoded& d, std::uint32_t mode) {
    return with_width(d.width(), [&]<typename W>() {
        return with_destination(
            d, mode, [&]<typename D>() { return handled<&exchange_add<W, D>, D::is_memory>(); });
    });
}

Selection select_compare_exchange(const Decoded& d, std::uint32_t mode) {
    return with_width(d.width(), [&]<typename W>() {
        return with_destination(d, mode, [&]<typename D>() {
            return handled<&compare_exchange<W, D>, D::is_memory>();
        });
    });
}

Selection select_compare_exchange_8_bytes(const Decoded& d, std::uint32_t mode) {
    return with_memory(d, mode,
                       [&]<typename M>() { return handled<&compare_exchange_8_bytes<M>, true>(); });
}

constexpr std::array table{
    Instruction{ZYDIS_MNEMONIC_ADC, select_with_carry<Adc>, "ADC", Model::i386, "SDM vol. 2, ADC"},
    Instruction{ZYDIS_MNEMONIC_ADD, select_binary<Add>, "ADD", Model::i386, "SDM vol. 2, ADD"},
    Instruction{ZYDIS_MNEMONIC_CMP, select_compare, "CMP", Model::i386, "SDM vol. 2, CMP"},
    Instruction{ZYDIS_MNEMONIC_CMPXCHG, select_compare_exchange, "CMPXCHG", Model::i486,
                "SDM vol. 2, CMPXCHG"},
    Instruction{ZYDIS_MNEMONIC_CMPXCHG8B, select_compare_exchange_8_bytes, "CMPXCHG8B",
                Model::pentium, "SDM vol. 2, CMPXCHG8B"},
    Instruction{ZYDIS_MNEMONIC_DEC, select_unary<Dec, FlagEffect::passes>, "DEC", Model::i386,
                "SDM vol. 2, DEC"},
    Instruction{ZYDIS_MNEMONIC_INC, select_unary<Inc, FlagEffect::passes>, "INC", Model::i386,
                "SDM vol. 2, INC"},
    Instruction{ZYDIS_MNEMONIC_NEG, select_unary<Neg, FlagEffect::replaces>, "NEG", Model::i386,
                "SDM vol. 2, NEG"},
    Instruction{ZYDIS_MNEMONIC_SBB, select_with_carry<Sbb>, "SBB", Model::i386, "SDM vol. 2, SBB"},
    Instruction{ZYDIS_MNEMONIC_SUB, select_binary<Sub>, "SUB", Model::i386, "SDM vol. 2, SUB"},
    Instruction{ZYDIS_MNEMONIC_XADD, select_exchange_add, "XADD", Model::i486, "SDM vol. 2, XADD"},
};

}  // namespace

std::span<const Instruction> arithmetic_instructions() {
    return table;
}

}  // namespace ringside::cpu
