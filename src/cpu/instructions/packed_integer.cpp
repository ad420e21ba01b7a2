// SPDX-License-Identifier: MIT
#include <algorithm>
#include <array>
#include <limits>
#include <type_traits>

#include "cpu/instruction.hpp"
#include "cpu/simd/packed.hpp"

namespace ringside::cpu {
namespace {

using namespace simd;

/// `operation` on each pair of lanes.
template <typename Lane, Lane (*operation)(Lane, Lane)>
struct EachLane {
    template <typename Value>
    static Value apply(const Value& a, const Value& b) {
        return lane_by_lane<Lane>(a, b, [](Lane x, Lane y) { return operation(x, y); });
    }
};

template <typename Lane>
constexpr Lane add(Lane a, Lane b) {
    return static_cast<Lane>(a + b);
}

template <typename Lane>
constexpr Lane subtract(Lane a, Lane b) {
    return static_cast<Lane>(a - b);
}

// Saturation stays within the lane's width, which lets compilers keep whole registers busy. A
// signed sum of equal signs that has the other one went over the limit on the side of its operands.

template <typename Lane>
using Unsigned = std::make_unsigned_t<Lane>;

template <typename Lane>
constexpr Lane limit_on_side_of(Lane value) {
    return value < 0 ? std::numeric_limits<Lane>::min() : std::numeric_limits<Lane>::max();
}

template <typename Lane>
constexpr Lane add_saturating(Lane a, Lane b) {
    if constexpr (std::is_signed_v<Lane>) {
        const auto sum =
            static_cast<Lane>(static_cast<Unsigned<Lane>>(a) + static_cast<Unsigned<Lane>>(b));
        return ((a ^ sum) & (b ^ sum)) < 0 ? limit_on_side_of(a) : sum;
    } else {
        const auto room = static_cast<Lane>(~b);
        return add(std::min(a, room), b);
    }
}

template <typename Lane>
constexpr Lane subtract_saturating(Lane a, Lane b) {
    if constexpr (std::is_signed_v<Lane>) {
        const auto difference =
            static_cast<Lane>(static_cast<Unsigned<Lane>>(a) - static_cast<Unsigned<Lane>>(b));
        return ((a ^ b) & (a ^ difference)) < 0 ? limit_on_side_of(a) : difference;
    } else {
        return subtract(std::max(a, b), b);
    }
}

template <typename Lane>
constexpr Lane equal(Lane a, Lane b) {
    return a == b ? static_cast<Lane>(-1) : Lane{0};
}

template <typename Lane>
constexpr Lane greater(Lane a, Lane b) {
    return a > b ? Lane{-1} : Lane{0};
}

template <typename Lane>
constexpr Lane larger(Lane a, Lane b) {
    return std::max(a, b);
}

template <typename Lane>
constexpr Lane smaller(Lane a, Lane b) {
    return std::min(a, b);
}

template <typename Lane>
constexpr Lane average(Lane a, Lane b) {
    return static_cast<Lane>((a + b + 1) >> 1);
}

template <typename Lane>
constexpr Lane product_low(Lane a, Lane b) {
    return static_cast<Lane>(std::uint32_t{a} * b);
}

template <typename Lane>
constexpr Lane product_high(Lane a, Lane b) {
    using Wide = std::conditional_t<std::is_signed_v<Lane>, std::int32_t, std::uint32_t>;
    return static_cast<Lane>((Wide{a} * Wide{b}) >> 16);
}

/// PMULUDQ: the lower halves of each quadword.
constexpr std::uint64_t product_of_low_halves(std::uint64_t a, std::uint64_t b) {
    return (a & UINT32_MAX) * (b & UINT32_MAX);
}

/// PMADDWD: products of words, added in pairs.
struct MultiplyAndAdd {
    template <typename Value>
    static Value apply(const Value& a, const Value& b) {
        const auto x = lanes_of<std::int16_t>(a);
        const auto y = lanes_of<std::int16_t>(b);
        Lanes<std::uint32_t, Value> sums;
        for (std::size_t i = 0; i < sums.size(); ++i) {
            // Only 8000 squared twice goes beyond 31 bits, and wraps.
            sums[i] = static_cast<std::uint32_t>(x[2 * i] * y[2 * i]) +
                      static_cast<std::uint32_t>(x[2 * i + 1] * y[2 * i + 1]);
        }
        return joined<Value>(sums);
    }
};

/// PSADBW: how far the bytes of each quadword lie from each other, summed up.
struct SumOfDistances {
    template <typename Value>
    static Value apply(const Value& a, const Value& b) {
        const Value distances =
            lane_by_lane<std::uint8_t>(a, b, [](std::uint8_t x, std::uint8_t y) {
                return subtract(std::max(x, y), std::min(x, y));
            });
        auto sums = lanes_of<std::uint64_t>(distances);
        for (std::uint64_t& quad : sums) {
            constexpr std::uint64_t even_bytes = 0x00FF00FF00FF00FF;
            constexpr std::uint64_t each_word = 0x0001000100010001;
            const std::uint64_t pairs = (quad & even_bytes) + (quad >> 8 & even_bytes);
            quad = pairs * each_word >> 48;
        }
        return joined<Value>(sums);
    }
};

template <typename Operation>
constexpr Instruction row(ZydisMnemonic mnemonic, std::string_view clocks,
                          std::string_view source) {
    return {mnemonic, select_binary<Operation>, clocks, Model::p6, source};
}

template <typename Lane, Lane (*operation)(Lane, Lane)>
constexpr Instruction each(ZydisMnemonic mnemonic, std::string_view source) {
    return row<EachLane<Lane, operation>>(mnemonic, "packed integer", source);
}

template <typename Lane, Lane (*operation)(Lane, Lane)>
constexpr Instruction each_product(ZydisMnemonic mnemonic, std::string_view source) {
    return row<EachLane<Lane, operation>>(mnemonic, "packed multiply", source);
}

using u8 = std::uint8_t;
using u16 = std::uint16_t;
using u32 = std::uint32_t;
using u64 = std::uint64_t;
using i8 = std::int8_t;
using i16 = std::int16_t;
using i32 = std::int32_t;

constexpr std::array table{
    each<u8, add>(ZYDIS_MNEMONIC_PADDB, "SDM vol. 2, PADDB"),
    each<u32, add>(ZYDIS_MNEMONIC_PADDD, "SDM vol. 2, PADDD"),
    each<u64, add>(ZYDIS_MNEMONIC_PADDQ, "SDM vol. 2, PADDQ"),
    each<i8, add_saturating>(ZYDIS_MNEMONIC_PADDSB, "SDM vol. 2, PADDSB"),
    each<i16, add_saturating>(ZYDIS_MNEMONIC_PADDSW, "SDM vol. 2, PADDSW"),
    each<u8, add_saturating>(ZYDIS_MNEMONIC_PADDUSB, "SDM vol. 2, PADDUSB"),
    each<u16, add_saturating>(ZYDIS_MNEMONIC_PADDUSW, "SDM vol. 2, PADDUSW"),
    each<u16, add>(ZYDIS_MNEMONIC_PADDW, "SDM vol. 2, PADDW"),
    each<u8, average>(ZYDIS_MNEMONIC_PAVGB, "SDM vol. 2, PAVGB"),
    each<u16, average>(ZYDIS_MNEMONIC_PAVGW, "SDM vol. 2, PAVGW"),
    each<u8, equal>(ZYDIS_MNEMONIC_PCMPEQB, "SDM vol. 2, PCMPEQB"),
    each<u32, equal>(ZYDIS_MNEMONIC_PCMPEQD, "SDM vol. 2, PCMPEQD"),
    each<u16, equal>(ZYDIS_MNEMONIC_PCMPEQW, "SDM vol. 2, PCMPEQW"),
    each<i8, greater>(ZYDIS_MNEMONIC_PCMPGTB, "SDM vol. 2, PCMPGTB"),
    each<i32, greater>(ZYDIS_MNEMONIC_PCMPGTD, "SDM vol. 2, PCMPGTD"),
    each<i16, greater>(ZYDIS_MNEMONIC_PCMPGTW, "SDM vol. 2, PCMPGTW"),
    row<MultiplyAndAdd>(ZYDIS_MNEMONIC_PMADDWD, "packed multiply", "SDM vol. 2, PMADDWD"),
    each<i16, larger>(ZYDIS_MNEMONIC_PMAXSW, "SDM vol. 2, PMAXSW"),
    each<u8, larger>(ZYDIS_MNEMONIC_PMAXUB, "SDM vol. 2, PMAXUB"),
    each<i16, smaller>(ZYDIS_MNEMONIC_PMINSW, "SDM vol. 2, PMINSW"),
    each<u8, smaller>(ZYDIS_MNEMONIC_PMINUB, "SDM vol. 2, PMINUB"),
    each_product<u16, product_high>(ZYDIS_MNEMONIC_PMULHUW, "SDM vol. 2, PMULHUW"),
    each_product<i16, product_high>(ZYDIS_MNEMONIC_PMULHW, "SDM vol. 2, PMULHW"),
    each_product<u16, product_low>(ZYDIS_MNEMONIC_PMULLW, "SDM vol. 2, PMULLW"),
    each_product<u64, product_of_low_halves>(ZYDIS_MNEMONIC_PMULUDQ, "SDM vol. 2, PMULUDQ"),
    row<SumOfDistances>(ZYDIS_MNEMONIC_PSADBW, "packed multiply", "SDM vol. 2, PSADBW"),
    each<u8, subtract>(ZYDIS_MNEMONIC_PSUBB, "SDM vol. 2, PSUBB"),
    each<u32, subtract>(ZYDIS_MNEMONIC_PSUBD, "SDM vol. 2, PSUBD"),
    each<u64, subtract>(ZYDIS_MNEMONIC_PSUBQ, "SDM vol. 2, PSUBQ"),
    each<i8, subtract_saturating>(ZYDIS_MNEMONIC_PSUBSB, "SDM vol. 2, PSUBSB"),
    each<i16, subtract_saturating>(ZYDIS_MNEMONIC_PSUBSW, "SDM vol. 2, PSUBSW"),
    each<u8, subtract_saturating>(ZYDIS_MNEMONIC_PSUBUSB, "SDM vol. 2, PSUBUSB"),
    each<u16, subtract_saturating>(ZYDIS_MNEMONIC_PSUBUSW, "SDM vol. 2, PSUBUSW"),
    each<u16, subtract>(ZYDIS_MNEMONIC_PSUBW, "SDM vol. 2, PSUBW"),
};

}  // namespace

std::span<const Instruction> packed_integer_instructions() {
    return table;
}

}  // namespace ringside::cpu
