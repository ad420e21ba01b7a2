// SPDX-License-Identifier: MIT
#include <array>

#include "cpu/instruction.hpp"
#include "cpu/simd/convert.hpp"
#include "cpu/simd/float_body.hpp"

namespace ringside::cpu {
namespace {

using namespace simd;

/// What becomes of the destination's bytes that no result covers.
enum class Rest : std::uint8_t { zero, kept };

template <std::size_t bytes>
using Unsigned = std::conditional_t<bytes == 4, std::uint32_t, std::uint64_t>;

/// The lowest `count` lanes of the source, each converted by a `LaneResult<To>(From, Mxcsr)`.
template <typename From, typename To, unsigned count, Rest rest, auto conversion>
struct Convert {
    static constexpr std::size_t source_bytes = count * sizeof(From);
    using Source = std::conditional_t<source_bytes == sizeof(Xmm), Xmm, Unsigned<source_bytes>>;

    static Result apply(const State& state, const Op*, const Xmm& a, const Xmm& b) {
        const auto from = lanes_of<From>(b);
        auto to = lanes_of<To>(rest == Rest::kept ? a : Xmm{});
        unsigned flags = 0;
        for (unsigned i = 0; i < count; ++i) {
            const LaneResult<To> lane = conversion(from[i], {state.mxcsr});
            to[i] = lane.bits;
            flags |= lane.flags;
        }
        return {joined<Xmm>(to), static_cast<std::uint16_t>(flags)};
    }
};

using u32 = std::uint32_t;
using u64 = std::uint64_t;

using Cvtdq2pd = Convert<u32, u64, 2, Rest::zero, &from_integer<Double>>;
using Cvtdq2ps = Convert<u32, u32, 4, Rest::zero, &from_integer<Single>>;
using Cvtpd2dq = Convert<u64, u32, 2, Rest::zero, &to_integer<Double>>;
using Cvtpd2ps = Convert<u64, u32, 2, Rest::zero, &to_single>;
using Cvtpi2pd = Convert<u32, u64, 2, Rest::zero, &from_integer<Double>>;
using Cvtpi2ps = Convert<u32, u32, 2, Rest::kept, &from_integer<Single>>;
using Cvtps2dq = Convert<u32, u32, 4, Rest::zero, &to_integer<Single>>;
using Cvtps2pd = Convert<u32, u64, 2, Rest::zero, &to_double>;
using Cvtps2pi = Convert<u32, u32, 2, Rest::zero, &to_integer<Single>>;
using Cvtsd2si = Convert<u64, u32, 1, Rest::zero, &to_integer<Double>>;
using Cvtsd2ss = Convert<u64, u32, 1, Rest::kept, &to_single>;
using Cvtsi2sd = Convert<u32, u64, 1, Rest::kept, &from_integer<Double>>;
using Cvtsi2ss = Convert<u32, u32, 1, Rest::kept, &from_integer<Single>>;
using Cvtss2sd = Convert<u32, u64, 1, Rest::kept, &to_double>;
using Cvtss2si = Convert<u32, u32, 1, Rest::zero, &to_integer<Single>>;
using Cvttpd2dq = Convert<u64, u32, 2, Rest::zero, &to_integer_truncated<Double>>;
using Cvttps2dq = Convert<u32, u32, 4, Rest::zero, &to_integer_truncated<Single>>;
using Cvttps2pi = Convert<u32, u32, 2, Rest::zero, &to_integer_truncated<Single>>;
using Cvttsd2si = Convert<u64, u32, 1, Rest::zero, &to_integer_truncated<Double>>;
using Cvttss2si = Convert<u32, u32, 1, Rest::zero, &to_integer_truncated<Single>>;

/// xmm := xmm/m
template <typename Operation>
constexpr SelectHandler to_xmm = &select_float<Operation>;

/// xmm := r/m32
template <typename Operation>
Selection from_general(const Decoded& d, std::uint32_t mode) {
    if (d.is_memory(1)) {
        return with_vector_memory(d, mode, [&]<typename Source>() {
            return handled<&compute<Operation, ToXmm, XmmFile, Source>, true>();
        });
    }
    return handled<&compute<Operation, ToXmm, XmmFile, Src>, true>();
}

/// r32 := xmm/m
template <typename Operation>
Selection to_general(const Decoded& d, std::uint32_t mode) {
    return with_vector_source<XmmFile>(d, mode, [&]<typename Source>() {
        return handled<&compute<Operation, ToGeneral, XmmFile, Source>, true>();
    });
}

/// xmm := mm/m64. From memory it leaves the x87 alone: what SDM vol. 2 says of CVTPI2PD holds for
/// CVTPI2PS too on silicon.
template <typename Operation>
Selection from_mmx(const Decoded& d, std::uint32_t mode) {
    if (d.is_memory(1)) {
        return with_vector_memory(d, mode, [&]<typename Source>() {
            return handled<&compute<Operation, ToXmm, XmmFile, Source>, true>();
        });
    }
    return handled<&compute<Operation, ToXmm, MmxFile, FromRegister<MmxFile>>, true>();
}

/// mm := xmm/m
template <typename Operation>
Selection to_mmx(const Decoded& d, std::uint32_t mode) {
    return with_vector_source<XmmFile>(d, mode, [&]<typename Source>() {
        return handled<&compute<Operation, ToMmx, MmxFile, Source>, true>();
    });
}

// clang-format off
constexpr std::array table{
    Instruction{ZYDIS_MNEMONIC_CVTDQ2PD, to_xmm<Cvtdq2pd>, "packed float convert", Model::p6, "SDM vol. 2, CVTDQ2PD"},
    Instruction{ZYDIS_MNEMONIC_CVTDQ2PS, to_xmm<Cvtdq2ps>, "packed float convert", Model::p6, "SDM vol. 2, CVTDQ2PS"},
    Instruction{ZYDIS_MNEMONIC_CVTPD2DQ, to_xmm<Cvtpd2dq>, "packed float convert", Model::p6, "SDM vol. 2, CVTPD2DQ"},
    Instruction{ZYDIS_MNEMONIC_CVTPD2PI, &to_mmx<Cvtpd2dq>, "packed float convert", Model::p6, "SDM vol. 2, CVTPD2PI"},
    Instruction{ZYDIS_MNEMONIC_CVTPD2PS, to_xmm<Cvtpd2ps>, "packed float convert", Model::p6, "SDM vol. 2, CVTPD2PS"},
    Instruction{ZYDIS_MNEMONIC_CVTPI2PD, &from_mmx<Cvtpi2pd>, "packed float convert", Model::p6, "SDM vol. 2, CVTPI2PD"},
    Instruction{ZYDIS_MNEMONIC_CVTPI2PS, &from_mmx<Cvtpi2ps>, "packed float convert", Model::p6, "SDM vol. 2, CVTPI2PS"},
    Instruction{ZYDIS_MNEMONIC_CVTPS2DQ, to_xmm<Cvtps2dq>, "packed float convert", Model::p6, "SDM vol. 2, CVTPS2DQ"},
    Instruction{ZYDIS_MNEMONIC_CVTPS2PD, to_xmm<Cvtps2pd>, "packed float convert", Model::p6, "SDM vol. 2, CVTPS2PD"},
    Instruction{ZYDIS_MNEMONIC_CVTPS2PI, &to_mmx<Cvtps2pi>, "packed float convert", Model::p6, "SDM vol. 2, CVTPS2PI"},
    Instruction{ZYDIS_MNEMONIC_CVTSD2SI, &to_general<Cvtsd2si>, "float convert", Model::p6, "SDM vol. 2, CVTSD2SI"},
    Instruction{ZYDIS_MNEMONIC_CVTSD2SS, to_xmm<Cvtsd2ss>, "float convert", Model::p6, "SDM vol. 2, CVTSD2SS"},
    Instruction{ZYDIS_MNEMONIC_CVTSI2SD, &from_general<Cvtsi2sd>, "float convert", Model::p6, "SDM vol. 2, CVTSI2SD"},
    Instruction{ZYDIS_MNEMONIC_CVTSI2SS, &from_general<Cvtsi2ss>, "float convert", Model::p6, "SDM vol. 2, CVTSI2SS"},
    Instruction{ZYDIS_MNEMONIC_CVTSS2SD, to_xmm<Cvtss2sd>, "float convert", Model::p6, "SDM vol. 2, CVTSS2SD"},
    Instruction{ZYDIS_MNEMONIC_CVTSS2SI, &to_general<Cvtss2si>, "float convert", Model::p6, "SDM vol. 2, CVTSS2SI"},
    Instruction{ZYDIS_MNEMONIC_CVTTPD2DQ, to_xmm<Cvttpd2dq>, "packed float convert", Model::p6, "SDM vol. 2, CVTTPD2DQ"},
    Instruction{ZYDIS_MNEMONIC_CVTTPD2PI, &to_mmx<Cvttpd2dq>, "packed float convert", Model::p6, "SDM vol. 2, CVTTPD2PI"},
    Instruction{ZYDIS_MNEMONIC_CVTTPS2DQ, to_xmm<Cvttps2dq>, "packed float convert", Model::p6, "SDM vol. 2, CVTTPS2DQ"},
    Instruction{ZYDIS_MNEMONIC_CVTTPS2PI, &to_mmx<Cvttps2pi>, "packed float convert", Model::p6, "SDM vol. 2, CVTTPS2PI"},
    Instruction{ZYDIS_MNEMONIC_CVTTSD2SI, &to_general<Cvttsd2si>, "float convert", Model::p6, "SDM vol. 2, CVTTSD2SI"},
    Instruction{ZYDIS_MNEMONIC_CVTTSS2SI, &to_general<Cvttss2si>, "float convert", Model::p6, "SDM vol. 2, CVTTSS2SI"},
};
// clang-format on

}  // namespace

std::span<const Instruction> float_convert_instructions() {
    return table;
}

}  // namespace ringside::cpu
