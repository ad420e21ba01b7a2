// SPDX-License-Identifier: MIT
#include <array>
#include <bit>
#include <cstdint>

#include "cpu/instruction.hpp"
#include "cpu/operands.hpp"

namespace ringside::cpu {
namespace {

template <typename W>
constexpr unsigned bits_in = sizeof(W) * 8;

// What BT, BTS, BTR and BTC do to the bit that they copied to CF.
struct Keep {
    static constexpr bool writes = false;
};
struct Set {
    static constexpr bool writes = true;
    template <typename W>
    static W apply(W value, W mask) {
        return static_cast<W>(value | mask);
    }
};
struct Reset {
    static constexpr bool writes = true;
    template <typename W>
    static W apply(W value, W mask) {
        return static_cast<W>(value & ~mask);
    }
};
struct Complement {
    static constexpr bool writes = true;
    template <typename W>
    static W apply(W value, W mask) {
        return static_cast<W>(value ^ mask);
    }
};

/// A memory operand with a register bit offset is a string of bits: the offset is signed and
/// reaches words in front of and behind the operand.
template <typename W, typename Ea>
struct BitString {
    static constexpr bool is_memory = true;

    static LinearAddress address(Cpu& cpu, const Op* op, mmu::Access access) {
        const auto offset = static_cast<std::make_signed_t<W>>(Src::read<W>(cpu, op));
        const std::int32_t word = offset >> std::countr_zero(bits_in<W>);
        Op moved = *op;
        moved.displacement += static_cast<std::uint32_t>(word) * std::uint32_t{sizeof(W)};
        return Ea::address(cpu, &moved, sizeof(W), access);
    }
    template <typename>
    static Cpu::Place<W> modify(Cpu& cpu, const Op* op) {
        return cpu.modify<W>(address(cpu, op, mmu::Access::write));
    }
    template <typename>
    static W read(Cpu& cpu, const Op* op) {
        return cpu.read<W>(address(cpu, op, mmu::Access::read));
    }
};

template <typename Change, typename W, typename D, typename Offset>
void test_bit(Cpu& cpu, const Op* op) {
    const unsigned offset = Offset::template read<W>(cpu, op) % bits_in<W>;
    const auto mask = static_cast<W>(W{1} << offset);
    if constexpr (Change::writes) {
        const auto place = D::template modify<W>(cpu, op);
        const W value = place.get();
        cpu.flags.set_cf((value & mask) != 0);
        place.set(Change::template apply<W>(value, mask));
    } else {
        cpu.flags.set_cf((D::template read<W>(cpu, op) & mask) != 0);
    }
}

enum class Scan : std::uint8_t { forward, reverse };

// A zero source sets ZF and leaves the destination alone: undefined in the manual, but what every
// processor does and programs rely on.
template <Scan direction, typename W, typename S>
void scan_bits(Cpu& cpu, const Op* op) {
    const W source = S::template read<W>(cpu, op);
    cpu.flags.set_zf(source == 0);
    if (source != 0) {
        const auto index = static_cast<W>(direction == Scan::forward
                                              ? std::countr_zero(source)
                                              : static_cast<int>(std::bit_width(source)) - 1);
        Dst::write<W>(cpu, op, index);
    }
    add_formula(cpu, op, source);
}

template <typename Change>
Selection select_test(const Decoded& d, std::uint32_t mode) {
    return with_word_width(d.width(), [&]<typename W>() -> Selection {
        if (!d.is_memory(0)) {
            return d.is_immediate(1) ? handled<&test_bit<Change, W, Dst, Imm>, false>()
                                     : handled<&test_bit<Change, W, Dst, Src>, false>();
        }
        if (d.is_immediate(1)) {
            return with_memory(d, mode, [&]<typename M>() {
                return handled<&test_bit<Change, W, M, Imm>, true>();
            });
        }
        if (address_shape(d, mode) == AddressShape::segmented) {
            return handled<&test_bit<Change, W, BitString<W, Segmented>, Src>, true>();
        }
        return handled<&test_bit<Change, W, BitString<W, FlatIndexed>, Src>, true>();
    });
}

template <Scan direction>
Selection select_scan(const Decoded& d, std::uint32_t mode) {
    return with_word_width(d.width(), [&]<typename W>() {
        return with_source(d, mode, [&]<typename S>() {
            return handled<&scan_bits<direction, W, S>, S::is_memory>();
        });
    });
}

constexpr std::array table{
    Instruction{ZYDIS_MNEMONIC_BSF, select_scan<Scan::forward>, "BSF", Model::i386,
                "SDM vol. 2, BSF"},
    Instruction{ZYDIS_MNEMONIC_BSR, select_scan<Scan::reverse>, "BSR", Model::i386,
                "SDM vol. 2, BSR"},
    Instruction{ZYDIS_MNEMONIC_BT, select_test<Keep>, "BT", Model::i386, "SDM vol. 2, BT"},
    Instruction{ZYDIS_MNEMONIC_BTC, select_test<Complement>, "BTC", Model::i386, "SDM vol. 2, BTC"},
    Instruction{ZYDIS_MNEMONIC_BTR, select_test<Reset>, "BTR", Model::i386, "SDM vol. 2, BTR"},
    Instruction{ZYDIS_MNEMONIC_BTS, select_test<Set>, "BTS", Model::i386, "SDM vol. 2, BTS"},
};

}  // namespace

std::span<const Instruction> bit_instructions() {
    return table;
}

}  // namespace ringside::cpu
