// SPDX-License-Identifier: MIT
#include "vectors/requirement.hpp"

#include <cstdint>

#include "cpu/decode/decoder.hpp"

namespace ringside::vectors {
namespace {

struct Part {
    std::string_view name;
    std::uint32_t bit = 0;
    bool in_ecx = false;
};

constexpr Part integer{};
constexpr Part x87{"FPU", cpu::feature::fpu};
constexpr Part mmx{"MMX", cpu::feature::mmx};
constexpr Part fxsr{"FXSR", cpu::feature::fxsr};
constexpr Part sse{"SSE", cpu::feature::sse};
constexpr Part sse2{"SSE2", cpu::feature::sse2};
constexpr Part sse3{"SSE3", 1, true};

Part part_of(const ZydisDecodedInstruction& instruction) {
    switch (static_cast<int>(instruction.meta.isa_set)) {
        case ZYDIS_ISA_SET_FXSAVE: return fxsr;
        case ZYDIS_ISA_SET_SSE:
        case ZYDIS_ISA_SET_SSEMXCSR: return sse;
        case ZYDIS_ISA_SET_SSE2:
        case ZYDIS_ISA_SET_SSE2MMX: return sse2;
        case ZYDIS_ISA_SET_SSE3:
        case ZYDIS_ISA_SET_SSE3X87: return sse3;
        default: break;
    }
    switch (static_cast<int>(instruction.meta.isa_ext)) {
        case ZYDIS_ISA_EXT_X87: return x87;
        case ZYDIS_ISA_EXT_MMX: return mmx;
        default: return integer;
    }
}

}  // namespace

std::string_view missing_part(std::span<const std::byte> instruction, bool code32,
                              cpu::Model model) {
    const cpu::ModelTraits& traits = cpu::traits(model);
    Part part = integer;
    cpu::Decoded decoded;
    if (cpu::decode(instruction, code32, decoded) == cpu::DecodeResult::ok) {
        part = part_of(decoded.instruction);
    } else if (cpu::is_coprocessor_escape(instruction)) {
        part = x87;
    }
    // The state of the x87 goes in and out by FXRSTOR and FXSAVE.
    if (!part.in_ecx && part.bit == x87.bit && (traits.features & x87.bit) != 0) {
        part = fxsr;
    }
    const std::uint32_t shown = part.in_ecx ? traits.features_c : traits.features;
    return (shown & part.bit) == part.bit ? std::string_view{} : part.name;
}

}  // namespace ringside::vectors
