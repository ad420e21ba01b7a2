// SPDX-License-Identifier: MIT
#include <algorithm>
#include <array>
#include <limits>

#include "cpu/instruction.hpp"
#include "cpu/simd/packed.hpp"

namespace ringside::cpu {
namespace {

using namespace simd;

/// PACKxxyy: the lanes of both operands at half their width, as near as that can be.
template <typename Wide, typename Narrow>
struct Pack {
    template <typename Value>
    static Value apply(const Value& a, const Value& b) {
        const auto low = lanes_of<Wide>(a);
        const auto high = lanes_of<Wide>(b);
        Lanes<Narrow, Value> packed;
        for (std::size_t i = 0; i < low.size(); ++i) {
            packed[i] = nearest(low[i]);
            packed[low.size() + i] = nearest(high[i]);
        }
        return joined<Value>(packed);
    }
    static Narrow nearest(Wide value) {
        using Limits = std::numeric_limits<Narrow>;
        return static_cast<Narrow>(std::clamp<Wide>(value, Limits::min(), Limits::max()));
    }
};

/// Lanes of the two operands by turns, from one half of each.
template <typename Lane, typename Value>
Value interleaved(const Value& a, const Value& b, bool upper_half) {
    const auto x = lanes_of<Lane>(a);
    const auto y = lanes_of<Lane>(b);
    Lanes<Lane, Value> both;
    const std::size_t first = upper_half ? x.size() / 2 : 0;
    for (std::size_t i = 0; i < x.size() / 2; ++i) {
        both[2 * i] = x[first + i];
        both[2 * i + 1] = y[first + i];
    }
    return joined<Value>(both);
}

template <typename Lane>
struct UnpackLow {
    static Xmm apply(const Xmm& a, const Xmm& b) { return interleaved<Lane>(a, b, false); }
    /// The source's upper half is not even read.
    static std::uint64_t apply(std::uint64_t a, std::uint32_t b) {
        return interleaved<Lane>(a, std::uint64_t{b}, false);
    }
};

template <typename Lane>
struct UnpackHigh {
    template <typename Value>
    static Value apply(const Value& a, const Value& b) {
        return interleaved<Lane>(a, b, true);
    }
};

/// The two bits of `order` that choose what goes to lane `index`.
constexpr unsigned choice(unsigned order, std::size_t index) {
    return order >> (2 * index) & 3U;
}

/// PSHUFx: four lanes of the source from `first` on in any order, the others as they are.
template <typename Lane, std::size_t first>
struct Shuffle {
    template <typename Value>
    static Value apply(const Value&, const Value& source, std::uint8_t order) {
        const auto from = lanes_of<Lane>(source);
        auto to = from;
        for (std::size_t i = 0; i < 4; ++i) {
            to[first + i] = from[first + choice(order, i)];
        }
        return joined<Value>(to);
    }
};

/// SHUFPS: two lanes of the destination, then two of the source.
struct ShuffleSingles {
    static Xmm apply(const Xmm& a, const Xmm& b, std::uint8_t order) {
        const auto x = lanes_of<std::uint32_t>(a);
        const auto y = lanes_of<std::uint32_t>(b);
        return joined<Xmm>(Lanes<std::uint32_t, Xmm>{x[choice(order, 0)], x[choice(order, 1)],
                                                     y[choice(order, 2)], y[choice(order, 3)]});
    }
};

struct ShuffleDoubles {
    static Xmm apply(const Xmm& a, const Xmm& b, std::uint8_t order) {
        return {{a.quads[order & 1U], b.quads[order >> 1 & 1U]}};
    }
};

/// MOVSLDUP and MOVSHDUP: the even or the odd lanes twice.
template <std::size_t odd>
struct Duplicate {
    static Xmm apply(const Xmm&, const Xmm& source) {
        auto lanes = lanes_of<std::uint32_t>(source);
        lanes[0] = lanes[1] = lanes[odd];
        lanes[2] = lanes[3] = lanes[2 + odd];
        return joined<Xmm>(lanes);
    }
};

struct DuplicateDouble {
    static Xmm apply(const Xmm&, std::uint64_t source) { return {{source, source}}; }
};

template <typename Lane>
Selection select_unpack_low(const Decoded& d, std::uint32_t mode) {
    return is_of<MmxFile>(d, 0) ? select_binary_of<UnpackLow<Lane>, MmxFile, std::uint32_t>(d, mode)
                                : select_binary_of<UnpackLow<Lane>, XmmFile>(d, mode);
}

constexpr Instruction row(ZydisMnemonic mnemonic, SelectHandler select, std::string_view source,
                          Model first = Model::p6) {
    return {mnemonic, select, "packed shuffle", first, source};
}

using u8 = std::uint8_t;
using u16 = std::uint16_t;
using u32 = std::uint32_t;
using u64 = std::uint64_t;

// clang-format off
constexpr std::array table{
    row(ZYDIS_MNEMONIC_MOVDDUP, select_binary_of<DuplicateDouble, XmmFile, u64>, "SDM vol. 2, MOVDDUP", Model::modern),
    row(ZYDIS_MNEMONIC_MOVSHDUP, select_binary_of<Duplicate<1>, XmmFile>, "SDM vol. 2, MOVSHDUP", Model::modern),
    row(ZYDIS_MNEMONIC_MOVSLDUP, select_binary_of<Duplicate<0>, XmmFile>, "SDM vol. 2, MOVSLDUP", Model::modern),
    row(ZYDIS_MNEMONIC_PACKSSDW, select_binary<Pack<std::int32_t, std::int16_t>>, "SDM vol. 2, PACKSSDW"),
    row(ZYDIS_MNEMONIC_PACKSSWB, select_binary<Pack<std::int16_t, std::int8_t>>, "SDM vol. 2, PACKSSWB"),
    row(ZYDIS_MNEMONIC_PACKUSWB, select_binary<Pack<std::int16_t, std::uint8_t>>, "SDM vol. 2, PACKUSWB"),
    row(ZYDIS_MNEMONIC_PSHUFD, select_ternary_of<Shuffle<u32, 0>, XmmFile>, "SDM vol. 2, PSHUFD"),
    row(ZYDIS_MNEMONIC_PSHUFHW, select_ternary_of<Shuffle<u16, 4>, XmmFile>, "SDM vol. 2, PSHUFHW"),
    row(ZYDIS_MNEMONIC_PSHUFLW, select_ternary_of<Shuffle<u16, 0>, XmmFile>, "SDM vol. 2, PSHUFLW"),
    row(ZYDIS_MNEMONIC_PSHUFW, select_ternary_of<Shuffle<u16, 0>, MmxFile>, "SDM vol. 2, PSHUFW"),
    row(ZYDIS_MNEMONIC_PUNPCKHBW, select_binary<UnpackHigh<u8>>, "SDM vol. 2, PUNPCKHBW"),
    row(ZYDIS_MNEMONIC_PUNPCKHDQ, select_binary<UnpackHigh<u32>>, "SDM vol. 2, PUNPCKHDQ"),
    row(ZYDIS_MNEMONIC_PUNPCKHQDQ, select_binary_of<UnpackHigh<u64>, XmmFile>, "SDM vol. 2, PUNPCKHQDQ"),
    row(ZYDIS_MNEMONIC_PUNPCKHWD, select_binary<UnpackHigh<u16>>, "SDM vol. 2, PUNPCKHWD"),
    row(ZYDIS_MNEMONIC_PUNPCKLBW, select_unpack_low<u8>, "SDM vol. 2, PUNPCKLBW"),
    row(ZYDIS_MNEMONIC_PUNPCKLDQ, select_unpack_low<u32>, "SDM vol. 2, PUNPCKLDQ"),
    row(ZYDIS_MNEMONIC_PUNPCKLQDQ, select_binary_of<UnpackLow<u64>, XmmFile>, "SDM vol. 2, PUNPCKLQDQ"),
    row(ZYDIS_MNEMONIC_PUNPCKLWD, select_unpack_low<u16>, "SDM vol. 2, PUNPCKLWD"),
    row(ZYDIS_MNEMONIC_SHUFPD, select_ternary_of<ShuffleDoubles, XmmFile>, "SDM vol. 2, SHUFPD"),
    row(ZYDIS_MNEMONIC_SHUFPS, select_ternary_of<ShuffleSingles, XmmFile>, "SDM vol. 2, SHUFPS"),
    row(ZYDIS_MNEMONIC_UNPCKHPD, select_binary_of<UnpackHigh<u64>, XmmFile>, "SDM vol. 2, UNPCKHPD"),
    row(ZYDIS_MNEMONIC_UNPCKHPS, select_binary_of<UnpackHigh<u32>, XmmFile>, "SDM vol. 2, UNPCKHPS"),
    row(ZYDIS_MNEMONIC_UNPCKLPD, select_binary_of<UnpackLow<u64>, XmmFile>, "SDM vol. 2, UNPCKLPD"),
    row(ZYDIS_MNEMONIC_UNPCKLPS, select_binary_of<UnpackLow<u32>, XmmFile>, "SDM vol. 2, UNPCKLPS"),
};
// clang-format on

}  // namespace

std::span<const Instruction> packed_shuffle_instructions() {
    return table;
}

}  // namespace ringside::cpu
