// SPDX-License-Identifier: MIT
#include <array>

#include "cpu/instruction.hpp"
#include "cpu/simd/packed.hpp"

namespace ringside::cpu {
namespace {

using namespace simd;

// A count is the lower quadword of a register or of as many bytes of memory, all 64 bits of it, or
// a constant. Beyond the width of a lane nothing is left but copies of the sign, if it is one.

template <typename Lane>
constexpr unsigned width = sizeof(Lane) * 8;

template <typename Lane>
constexpr Lane shift_left(Lane value, std::uint64_t count) {
    return count < width<Lane> ? static_cast<Lane>(value << count) : Lane{0};
}

/// Arithmetic when the lane is signed.
template <typename Lane>
constexpr Lane shift_right(Lane value, std::uint64_t count) {
    if (count >= width<Lane>) {
        return value < Lane{0} ? static_cast<Lane>(-1) : Lane{0};
    }
    return static_cast<Lane>(value >> count);
}

template <typename Lane, Lane (*operation)(Lane, std::uint64_t)>
struct EachLane {
    template <typename Value>
    static Value apply(const Value& value, std::uint64_t count) {
        auto lanes = lanes_of<Lane>(value);
        for (Lane& lane : lanes) {
            lane = operation(lane, count);
        }
        return joined<Value>(lanes);
    }
    template <typename Value>
    static Value apply(const Value& value, const Xmm& count) {
        return apply(value, count.quads[0]);
    }
};

/// PSLLDQ: the register as a whole, by bytes.
struct BytesLeft {
    static Xmm apply(const Xmm& value, std::uint64_t count) {
        const auto from = lanes_of<std::uint8_t>(value);
        Lanes<std::uint8_t, Xmm> to{};
        for (std::size_t i = count; i < to.size(); ++i) {
            to[i] = from[i - count];
        }
        return joined<Xmm>(to);
    }
};

struct BytesRight {
    static Xmm apply(const Xmm& value, std::uint64_t count) {
        const auto from = lanes_of<std::uint8_t>(value);
        Lanes<std::uint8_t, Xmm> to{};
        for (std::size_t i = count; i < from.size(); ++i) {
            to[i - count] = from[i];
        }
        return joined<Xmm>(to);
    }
};

struct FromConstant {
    template <typename W, Alignment>
    static W read(const Cpu&, const Op* op) {
        return op->immediate;
    }
};

template <typename Operation, typename File>
Selection by_constant() {
    return handled<&binary<Operation, File, FromConstant, std::uint64_t>, true>();
}

template <typename Operation>
Selection select_shift(const Decoded& d, std::uint32_t mode) {
    if (!d.is_immediate(1)) {
        return select_binary<Operation>(d, mode);
    }
    return with_file(d, 0, []<typename File>() { return by_constant<Operation, File>(); });
}

template <typename Operation>
Selection select_byte_shift(const Decoded&, std::uint32_t) {
    return by_constant<Operation, XmmFile>();
}

template <typename Lane, Lane (*operation)(Lane, std::uint64_t)>
constexpr Instruction each(ZydisMnemonic mnemonic, std::string_view source) {
    return {mnemonic, select_shift<EachLane<Lane, operation>>, "packed shift", Model::p6, source};
}

template <typename Operation>
constexpr Instruction bytes(ZydisMnemonic mnemonic, std::string_view source) {
    return {mnemonic, select_byte_shift<Operation>, "packed shift", Model::p6, source};
}

constexpr std::array table{
    each<std::uint32_t, shift_left>(ZYDIS_MNEMONIC_PSLLD, "SDM vol. 2, PSLLD"),
    bytes<BytesLeft>(ZYDIS_MNEMONIC_PSLLDQ, "SDM vol. 2, PSLLDQ"),
    each<std::uint64_t, shift_left>(ZYDIS_MNEMONIC_PSLLQ, "SDM vol. 2, PSLLQ"),
    each<std::uint16_t, shift_left>(ZYDIS_MNEMONIC_PSLLW, "SDM vol. 2, PSLLW"),
    each<std::int32_t, shift_right>(ZYDIS_MNEMONIC_PSRAD, "SDM vol. 2, PSRAD"),
    each<std::int16_t, shift_right>(ZYDIS_MNEMONIC_PSRAW, "SDM vol. 2, PSRAW"),
    each<std::uint32_t, shift_right>(ZYDIS_MNEMONIC_PSRLD, "SDM vol. 2, PSRLD"),
    bytes<BytesRight>(ZYDIS_MNEMONIC_PSRLDQ, "SDM vol. 2, PSRLDQ"),
    each<std::uint64_t, shift_right>(ZYDIS_MNEMONIC_PSRLQ, "SDM vol. 2, PSRLQ"),
    each<std::uint16_t, shift_right>(ZYDIS_MNEMONIC_PSRLW, "SDM vol. 2, PSRLW"),
};

}  // namespace

std::span<const Instruction> packed_shift_instructions() {
    return table;
}

}  // namespace ringside::cpu
