// SPDX-License-Identifier: MIT
#include <array>

#include "cpu/instruction.hpp"
#include "cpu/simd/moves.hpp"

namespace ringside::cpu {
namespace {

using namespace simd;

using u32 = std::uint32_t;
using u64 = std::uint64_t;

/// MOVDQ2Q and MOVQ2DQ move between the files, so they obey the rules of both.
template <typename To, typename From>
void between_files(Cpu& cpu, const Op* op) {
    require_sse(cpu);
    require_mmx(cpu);
    enter_mmx(cpu);
    const u64 value = low_part<u64>(From::get(cpu, op->src));
    To::set(cpu, op->dst, ZeroExtended::apply(To::get(cpu, op->dst), value));
}

struct LowFromHigh {
    static Xmm apply(const Xmm& kept, const Xmm& source) {
        return {{source.quads[1], kept.quads[1]}};
    }
};

template <typename File>
void low_to_general(Cpu& cpu, const Op* op) {
    File::require(cpu);
    File::enter(cpu);
    cpu.registers.set<u32>(op->dst, low_part<u32>(File::get(cpu, op->src)));
}

/// MOVNTI is no SSE instruction as to what it requires.
template <typename Memory>
void store_general_to(Cpu& cpu, const Op* op) {
    Memory::template write<u32>(cpu, op, cpu.registers.get<u32>(op->src));
}

template <typename File>
Selection select_double_word_of(const Decoded& d, std::uint32_t mode) {
    if (d.is_memory(0)) {
        return select_store<File, u32>(d, mode);
    }
    if (d.is_memory(1)) {
        return select_binary_of<ZeroExtended, File, u32>(d, mode);
    }
    return is_of<File>(d, 0) ? handled<&binary<ZeroExtended, File, FromGeneral, u32>, true>()
                             : handled<&low_to_general<File>, true>();
}

Selection select_double_word(const Decoded& d, std::uint32_t mode) {
    return is_of<MmxFile>(d, 0) || is_of<MmxFile>(d, 1) ? select_double_word_of<MmxFile>(d, mode)
                                                        : select_double_word_of<XmmFile>(d, mode);
}

Selection select_quad_word(const Decoded& d, std::uint32_t mode) {
    return is_of<MmxFile>(d, 0) || is_of<MmxFile>(d, 1)
               ? select_move<MmxFile, u64, ZeroExtended>(d, mode)
               : select_move<XmmFile, u64, ZeroExtended>(d, mode);
}

template <auto body>
Selection select_only(const Decoded&, std::uint32_t) {
    return handled<body, true>();
}

/// MOVHPS and MOVHPD.
Selection select_high(const Decoded& d, std::uint32_t mode) {
    return d.is_memory(0) ? select_store<XmmFile, u64, HighPart>(d, mode)
                          : select_binary_of<HighReplaced, XmmFile, u64>(d, mode);
}

Selection select_general_store(const Decoded& d, std::uint32_t mode) {
    return with_vector_memory(
        d, mode, []<typename Memory>() { return handled<&store_general_to<Memory>, true>(); });
}

constexpr Instruction row(ZydisMnemonic mnemonic, SelectHandler select, std::string_view source,
                          Model first = Model::p6) {
    return {mnemonic, select, "packed move", first, source};
}

constexpr SelectHandler aligned = select_move<XmmFile, Xmm, ZeroExtended>;
constexpr SelectHandler unaligned =
    select_move<XmmFile, Xmm, ZeroExtended, ZeroExtended, Alignment::any>;
constexpr SelectHandler low = select_move<XmmFile, u64, LowReplaced>;
constexpr SelectHandler streamed = select_store<XmmFile, Xmm>;

// clang-format off
constexpr std::array table{
    row(ZYDIS_MNEMONIC_LDDQU, unaligned, "SDM vol. 2, LDDQU", Model::modern),
    row(ZYDIS_MNEMONIC_MOVAPD, aligned, "SDM vol. 2, MOVAPD"),
    row(ZYDIS_MNEMONIC_MOVAPS, aligned, "SDM vol. 2, MOVAPS"),
    row(ZYDIS_MNEMONIC_MOVD, select_double_word, "SDM vol. 2, MOVD"),
    row(ZYDIS_MNEMONIC_MOVDQ2Q, select_only<&between_files<MmxFile, XmmFile>>, "SDM vol. 2, MOVDQ2Q"),
    row(ZYDIS_MNEMONIC_MOVDQA, aligned, "SDM vol. 2, MOVDQA"),
    row(ZYDIS_MNEMONIC_MOVDQU, unaligned, "SDM vol. 2, MOVDQU"),
    row(ZYDIS_MNEMONIC_MOVHLPS, select_binary_of<LowFromHigh, XmmFile>, "SDM vol. 2, MOVHLPS"),
    row(ZYDIS_MNEMONIC_MOVHPD, select_high, "SDM vol. 2, MOVHPD"),
    row(ZYDIS_MNEMONIC_MOVHPS, select_high, "SDM vol. 2, MOVHPS"),
    row(ZYDIS_MNEMONIC_MOVLHPS, select_binary_of<HighReplaced, XmmFile, u64>, "SDM vol. 2, MOVLHPS"),
    row(ZYDIS_MNEMONIC_MOVLPD, low, "SDM vol. 2, MOVLPD"),
    row(ZYDIS_MNEMONIC_MOVLPS, low, "SDM vol. 2, MOVLPS"),
    row(ZYDIS_MNEMONIC_MOVNTDQ, streamed, "SDM vol. 2, MOVNTDQ"),
    row(ZYDIS_MNEMONIC_MOVNTI, select_general_store, "SDM vol. 2, MOVNTI"),
    row(ZYDIS_MNEMONIC_MOVNTPD, streamed, "SDM vol. 2, MOVNTPD"),
    row(ZYDIS_MNEMONIC_MOVNTPS, streamed, "SDM vol. 2, MOVNTPS"),
    row(ZYDIS_MNEMONIC_MOVNTQ, select_store<MmxFile, u64>, "SDM vol. 2, MOVNTQ"),
    row(ZYDIS_MNEMONIC_MOVQ, select_quad_word, "SDM vol. 2, MOVQ"),
    row(ZYDIS_MNEMONIC_MOVQ2DQ, select_only<&between_files<XmmFile, MmxFile>>, "SDM vol. 2, MOVQ2DQ"),
    row(ZYDIS_MNEMONIC_MOVSS, select_move<XmmFile, u32, ZeroExtended, LowReplaced>, "SDM vol. 2, MOVSS"),
    row(ZYDIS_MNEMONIC_MOVUPD, unaligned, "SDM vol. 2, MOVUPD"),
    row(ZYDIS_MNEMONIC_MOVUPS, unaligned, "SDM vol. 2, MOVUPS"),
};
// clang-format on

}  // namespace

std::span<const Instruction> packed_move_instructions() {
    return table;
}

Selection select_scalar_move(const Decoded& d, std::uint32_t mode) {
    return select_move<XmmFile, u64, ZeroExtended, LowReplaced>(d, mode);
}

}  // namespace ringside::cpu
