// SPDX-License-Identifier: MIT
#include <array>
#include <cstdint>

#include "cpu/instruction.hpp"
#include "cpu/instructions/branch.hpp"
#include "cpu/operands.hpp"

namespace ringside::cpu {
namespace {

struct And {
    template <typename W>
    static W apply(W a, W b) {
        return static_cast<W>(a & b);
    }
};
struct Or {
    template <typename W>
    static W apply(W a, W b) {
        return static_cast<W>(a | b);
    }
};
struct Xor {
    template <typename W>
    static W apply(W a, W b) {
        return static_cast<W>(a ^ b);
    }
};

// CF and OF are cleared; AF, which the manual leaves undefined, is cleared too, as on silicon.
template <typename Operation, typename W, typename D, typename S, typename F = KeepFlags>
void binary(Cpu& cpu, const Op* op) {
    const auto place = D::template modify<W>(cpu, op);
    const W source = S::template read<W>(cpu, op);
    const W result = Operation::template apply<W>(place.get(), source);
    F::of(cpu).template set<W>(result, W{0});
    place.set(result);
}

template <typename W, typename D, typename S>
void test(Cpu& cpu, const Op* op) {
    const W a = D::template read<W>(cpu, op);
    cpu.flags.set<W>(static_cast<W>(a & S::template read<W>(cpu, op)), W{0});
}

template <typename W, typename D>
void invert(Cpu& cpu, const Op* op) {
    const auto place = D::template modify<W>(cpu, op);
    place.set(static_cast<W>(~place.get()));
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

Selection select_test(const Decoded& d, std::uint32_t mode) {
    return with_width(d.width(), [&]<typename W>() {
        return with_operands(d, mode, [&]<typename D, typename S>() {
            constexpr bool memory = D::is_memory || S::is_memory;
            return joinable<&test<W, D, S>, memory, compares_often<W, D, S>>(
                with_flags<&test<W, D, S>, &test<W, D, S>, memory, FlagEffect::replaces>());
        });
    });
}

Selection select_invert(const Decoded& d, std::uint32_t mode) {
    return with_width(d.width(), [&]<typename W>() {
        return with_destination(
            d, mode, [&]<typename D>() { return without_flags<&invert<W, D>, D::is_memory>(); });
    });
}

constexpr std::array table{
    Instruction{ZYDIS_MNEMONIC_AND, select_binary<And>, "AND", Model::i386, "SDM vol. 2, AND"},
    Instruction{ZYDIS_MNEMONIC_NOT, select_invert, "NOT", Model::i386, "SDM vol. 2, NOT"},
    Instruction{ZYDIS_MNEMONIC_OR, select_binary<Or>, "OR", Model::i386, "SDM vol. 2, OR"},
    Instruction{ZYDIS_MNEMONIC_TEST, select_test, "TEST", Model::i386, "SDM vol. 2, TEST"},
    Instruction{ZYDIS_MNEMONIC_XOR, select_binary<Xor>, "XOR", Model::i386, "SDM vol. 2, XOR"},
};

}  // namespace

std::span<const Instruction> logic_instructions() {
    return table;
}

}  // namespace ringside::cpu
