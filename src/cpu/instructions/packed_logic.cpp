// SPDX-License-Identifier: MIT
#include <array>
#include <functional>

#include "cpu/instruction.hpp"
#include "cpu/simd/packed.hpp"

namespace ringside::cpu {
namespace {

using namespace simd;

template <typename Function>
struct Bitwise {
    template <typename Value>
    static Value apply(const Value& a, const Value& b) {
        return lane_by_lane<std::uint64_t>(a, b, Function{});
    }
};

struct AndNot {
    std::uint64_t operator()(std::uint64_t a, std::uint64_t b) const { return ~a & b; }
};

using And = Bitwise<std::bit_and<>>;
using Andn = Bitwise<AndNot>;
using Or = Bitwise<std::bit_or<>>;
using Xor = Bitwise<std::bit_xor<>>;

// PAND and its like came with MMX, the forms for floating-point values do the same on XMM alone.
template <typename Operation>
constexpr Instruction integer(ZydisMnemonic mnemonic, std::string_view source) {
    return {mnemonic, select_binary<Operation>, "packed logic", Model::p6, source};
}

template <typename Operation>
constexpr Instruction floating(ZydisMnemonic mnemonic, std::string_view source) {
    return {mnemonic, select_binary_of<Operation, XmmFile>, "packed logic", Model::p6, source};
}

constexpr std::array table{
    floating<Andn>(ZYDIS_MNEMONIC_ANDNPD, "SDM vol. 2, ANDNPD"),
    floating<Andn>(ZYDIS_MNEMONIC_ANDNPS, "SDM vol. 2, ANDNPS"),
    floating<And>(ZYDIS_MNEMONIC_ANDPD, "SDM vol. 2, ANDPD"),
    floating<And>(ZYDIS_MNEMONIC_ANDPS, "SDM vol. 2, ANDPS"),
    floating<Or>(ZYDIS_MNEMONIC_ORPD, "SDM vol. 2, ORPD"),
    floating<Or>(ZYDIS_MNEMONIC_ORPS, "SDM vol. 2, ORPS"),
    integer<And>(ZYDIS_MNEMONIC_PAND, "SDM vol. 2, PAND"),
    integer<Andn>(ZYDIS_MNEMONIC_PANDN, "SDM vol. 2, PANDN"),
    integer<Or>(ZYDIS_MNEMONIC_POR, "SDM vol. 2, POR"),
    integer<Xor>(ZYDIS_MNEMONIC_PXOR, "SDM vol. 2, PXOR"),
    floating<Xor>(ZYDIS_MNEMONIC_XORPD, "SDM vol. 2, XORPD"),
    floating<Xor>(ZYDIS_MNEMONIC_XORPS, "SDM vol. 2, XORPS"),
};

}  // namespace

std::span<const Instruction> packed_logic_instructions() {
    return table;
}

}  // namespace ringside::cpu
