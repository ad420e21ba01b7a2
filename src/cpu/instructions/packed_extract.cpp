// SPDX-License-Identifier: MIT
#include <array>

#include "cpu/instruction.hpp"
#include "cpu/simd/moves.hpp"

namespace ringside::cpu {
namespace {

using namespace simd;

// Single words and sign bits, between vectors and general registers.

template <typename Lane>
struct Signs {
    template <typename Value>
    static std::uint32_t of(const Value& value, unsigned) {
        const auto lanes = lanes_of<Lane>(value);
        std::uint32_t signs = 0;
        for (std::size_t i = 0; i < lanes.size(); ++i) {
            signs |= static_cast<std::uint32_t>(lanes[i] >> (sizeof(Lane) * 8 - 1)) << i;
        }
        return signs;
    }
};

/// PMOVMSKB, the heart of many a string function: the product brings the eight signs of a quadword
/// together in its highest byte.
template <>
struct Signs<std::uint8_t> {
    template <typename Value>
    static std::uint32_t of(const Value& value, unsigned) {
        constexpr std::uint64_t each_sign = 0x8080808080808080;
        constexpr std::uint64_t together = 0x0002040810204081;
        const auto quads = lanes_of<std::uint64_t>(value);
        std::uint32_t signs = 0;
        for (std::size_t i = 0; i < quads.size(); ++i) {
            signs |= static_cast<std::uint32_t>((quads[i] & each_sign) * together >> 56) << (8 * i);
        }
        return signs;
    }
};

/// Of the constant only the bits that number a word count.
struct Word {
    template <typename Value>
    static std::uint32_t of(const Value& value, unsigned index) {
        const auto words = lanes_of<std::uint16_t>(value);
        return words[index % words.size()];
    }
};

struct WordReplaced {
    template <typename Value>
    static Value apply(const Value& kept, std::uint16_t word, unsigned index) {
        auto words = lanes_of<std::uint16_t>(kept);
        words[index % words.size()] = word;
        return joined<Value>(words);
    }
};

template <typename Part, typename File>
void to_general(Cpu& cpu, const Op* op) {
    File::require(cpu);
    File::enter(cpu);
    cpu.registers.set<std::uint32_t>(op->dst, Part::of(File::get(cpu, op->src), op->immediate));
}

template <typename Part>
Selection select_to_general(const Decoded& d, std::uint32_t) {
    return with_file(d, 1,
                     []<typename File>() { return handled<&to_general<Part, File>, true>(); });
}

/// PEXTRW to memory, with its three opcode bytes, came with SSE4.1.
Selection select_word_extracted(const Decoded& d, std::uint32_t mode) {
    return d.instruction.opcode_map == ZYDIS_OPCODE_MAP_0F ? select_to_general<Word>(d, mode)
                                                           : Selection{};
}

Selection select_word_inserted(const Decoded& d, std::uint32_t mode) {
    return with_file(d, 0, [&]<typename File>() {
        if (!d.is_memory(1)) {
            return handled<&ternary<WordReplaced, File, FromGeneral, std::uint16_t>, true>();
        }
        return with_vector_memory(d, mode, []<typename Memory>() {
            return handled<&ternary<WordReplaced, File, Memory, std::uint16_t>, true>();
        });
    });
}

constexpr Instruction row(ZydisMnemonic mnemonic, SelectHandler select, std::string_view source) {
    return {mnemonic, select, "packed extract", Model::p6, source};
}

constexpr std::array table{
    row(ZYDIS_MNEMONIC_MOVMSKPD, select_to_general<Signs<std::uint64_t>>, "SDM vol. 2, MOVMSKPD"),
    row(ZYDIS_MNEMONIC_MOVMSKPS, select_to_general<Signs<std::uint32_t>>, "SDM vol. 2, MOVMSKPS"),
    row(ZYDIS_MNEMONIC_PEXTRW, select_word_extracted, "SDM vol. 2, PEXTRW"),
    row(ZYDIS_MNEMONIC_PINSRW, select_word_inserted, "SDM vol. 2, PINSRW"),
    row(ZYDIS_MNEMONIC_PMOVMSKB, select_to_general<Signs<std::uint8_t>>, "SDM vol. 2, PMOVMSKB"),
};

}  // namespace

std::span<const Instruction> packed_extract_instructions() {
    return table;
}

}  // namespace ringside::cpu
