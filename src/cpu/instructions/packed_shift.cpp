// SPDX-License-Identifier: MIT
#include <array>
#include <type_traits>

#include "cpu/instruction.hpp"
#include "cpu/simd/packed.hpp"

namespace ringside::cpu {
namespace {

using namespace simd;

// A count is the lower quadword of a register or of as many bytes of memory, all 64 bits of it, or
// a constant. Beyond the width of a lane nothing is left but copies of the sign, if it is one.

template <typename Lane>
struct Left {
    static Lane shifted(Lane value, unsigned count) { return static_cast<Lane>(value << count); }
    static Lane emptied(Lane) { return 0; }
};

/// Arithmetic when the lane is signed.
template <typename Lane>
struct Right {
    static Lane shifted(Lane value, unsigned count) { return static_cast<Lane>(value >> count); }
    static Lane emptied(Lane value) {
        return std::is_signed_v<Lane> ? shifted(value, sizeof(Lane) * 8 - 1) : Lane{0};
    }
};

template <typename Lane, template <typename> typename Direction>
struct EachLane {
    template <typename Value>
    static Value apply(const Value& value, std::uint64_t count) {
        using Operation = Direction<Lane>;
        auto lanes = lanes_of<Lane>(value);
        if (count < sizeof(Lane) * 8) {
            for (Lane& lane : lanes) {
                lane = Operation::shifted(lane, static_cast<unsigned>(count));
            }
        } else {
            for (Lane& lane : lanes) {
                lane = Operation::emptied(lane);
            }
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

template <typename Lane, template <typename> typename Direction>
constexpr Instruction each(ZydisMnemonic mnemonic, std::string_view source) {
    return {mnemonic, select_shift<EachLane<Lane, Direction>>, "packed shift", Model::p6, source};
}

template <typename Operation>
constexpr Instruction bytes(ZydisMnemonic mnemonic, std::string_view source) {
    return {mnemonic, select_byte_shift<Operation>, "packed shift", Model::p6, source};
}

constexpr std::array table{
    each<std::uint32_t, Left>(ZYDIS_MNEMONIC_PSLLD, "SDM vol. 2, PSLLD"),
    bytes<BytesLeft>(ZYDIS_MNEMONIC_PSLLDQ, "SDM vol. 2, PSLLDQ"),
    each<std::uint64_t, Left>(ZYDIS_MNEMONIC_PSLLQ, "SDM vol. 2, PSLLQ"),
    each<std::uint16_t, Left>(ZYDIS_MNEMONIC_PSLLW, "SDM vol. 2, PSLLW"),
    each<std::int32_t, Right>(ZYDIS_MNEMONIC_PSRAD, "SDM vol. 2, PSRAD"),
    each<std::int16_t, Right>(ZYDIS_MNEMONIC_PSRAW, "SDM vol. 2, PSRAW"),
    each<std::uint32_t, Right>(ZYDIS_MNEMONIC_PSRLD, "SDM vol. 2, PSRLD"),
    bytes<BytesRight>(ZYDIS_MNEMONIC_PSRLDQ, "SDM vol. 2, PSRLDQ"),
    each<std::uint64_t, Right>(ZYDIS_MNEMONIC_PSRLQ, "SDM vol. 2, PSRLQ"),
    each<std::uint16_t, Right>(ZYDIS_MNEMONIC_PSRLW, "SDM vol. 2, PSRLW"),
};

}  // namespace

std::span<const Instruction> packed_shift_instructions() {
    return table;
}

}  // namespace ringside::cpu
