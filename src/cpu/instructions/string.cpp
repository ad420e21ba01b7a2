// SPDX-License-Identifier: MIT
#include "cpu/string.hpp"

#include <array>
#include <cstdint>

#include "cpu/instruction.hpp"
#include "cpu/instructions/string_elements.hpp"
#include "cpu/instructions/string_repeat.hpp"
#include "cpu/operands.hpp"

namespace ringside::cpu {
namespace {

template <typename Elements, typename W, typename A>
void single_string(Cpu& cpu, const Op* op) {
    Elements::template element<W, A>(cpu, op);
    const std::uint32_t step = string_step(cpu, sizeof(W));
    if constexpr (Elements::has_source) {
        advance<A>(cpu, GeneralRegister::esi, step);
    }
    if constexpr (Elements::has_destination) {
        advance<A>(cpu, GeneralRegister::edi, step);
    }
}

template <typename Elements, typename W, typename A>
Selection select_form(const Decoded& d) {
    const bool f3 = d.has(ZYDIS_ATTRIB_HAS_REP) || d.has(ZYDIS_ATTRIB_HAS_REPE);
    const bool f2 = d.has(ZYDIS_ATTRIB_HAS_REPNE);
    if (!f2 && !f3) {
        return handled<&single_string<Elements, W, A>, true>();
    }
    if constexpr (Elements::compares) {
        return f2 ? Selection{&ending<&repeat_string<Elements, W, A, RepeatWhile::not_equal>>, true}
                  : Selection{&ending<&repeat_string<Elements, W, A, RepeatWhile::equal>>, true};
    } else {
        // Either prefix repeats an instruction that compares nothing.
        return {&ending<&repeat_string<Elements, W, A, RepeatWhile::always>>, true};
    }
}

template <typename Elements, typename W>
Selection select_string(const Decoded& d, std::uint32_t) {
    return d.address16() ? select_form<Elements, W, std::uint16_t>(d)
                         : select_form<Elements, W, std::uint32_t>(d);
}

/// CMPSD and MOVSD name SSE2 instructions too; those have operands that can be seen.
template <typename Elements, SelectHandler with_operands>
Selection select_dword_string(const Decoded& d, std::uint32_t mode) {
    if (d.operand_count() == 0) {
        return select_string<Elements, std::uint32_t>(d, mode);
    }
    return with_operands(d, mode);
}

Selection no_such_form(const Decoded&, std::uint32_t) {
    return {};
}

template <typename Elements, typename W, SelectHandler with_operands = &no_such_form>
constexpr Instruction row(ZydisMnemonic mnemonic, std::string_view key, std::string_view source) {
    if constexpr (sizeof(W) == 4) {
        return {mnemonic, select_dword_string<Elements, with_operands>, key, Model::i386, source};
    } else {
        return {mnemonic, select_string<Elements, W>, key, Model::i386, source};
    }
}

constexpr std::string_view cmps = "SDM vol. 2, CMPS";
constexpr std::string_view lods = "SDM vol. 2, LODS";
constexpr std::string_view movs = "SDM vol. 2, MOVS";
constexpr std::string_view scas = "SDM vol. 2, SCAS";
constexpr std::string_view stos = "SDM vol. 2, STOS";

constexpr std::array table{
    row<CompareString, std::uint8_t>(ZYDIS_MNEMONIC_CMPSB, "CMPS", cmps),
    row<CompareString, std::uint16_t>(ZYDIS_MNEMONIC_CMPSW, "CMPS", cmps),
    row<CompareString, std::uint32_t, &select_scalar_compare>(ZYDIS_MNEMONIC_CMPSD, "CMPS", cmps),
    row<LoadString, std::uint8_t>(ZYDIS_MNEMONIC_LODSB, "LODS", lods),
    row<LoadString, std::uint16_t>(ZYDIS_MNEMONIC_LODSW, "LODS", lods),
    row<LoadString, std::uint32_t>(ZYDIS_MNEMONIC_LODSD, "LODS", lods),
    row<MoveString, std::uint8_t>(ZYDIS_MNEMONIC_MOVSB, "MOVS", movs),
    row<MoveString, std::uint16_t>(ZYDIS_MNEMONIC_MOVSW, "MOVS", movs),
    row<MoveString, std::uint32_t, &select_scalar_move>(ZYDIS_MNEMONIC_MOVSD, "MOVS", movs),
    row<ScanString, std::uint8_t>(ZYDIS_MNEMONIC_SCASB, "SCAS", scas),
    row<ScanString, std::uint16_t>(ZYDIS_MNEMONIC_SCASW, "SCAS", scas),
    row<ScanString, std::uint32_t>(ZYDIS_MNEMONIC_SCASD, "SCAS", scas),
    row<StoreString, std::uint8_t>(ZYDIS_MNEMONIC_STOSB, "STOS", stos),
    row<StoreString, std::uint16_t>(ZYDIS_MNEMONIC_STOSW, "STOS", stos),
    row<StoreString, std::uint32_t>(ZYDIS_MNEMONIC_STOSD, "STOS", stos),
};

}  // namespace

std::span<const Instruction> string_instructions() {
    return table;
}

}  // namespace ringside::cpu
