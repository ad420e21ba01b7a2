// SPDX-License-Identifier: MIT
#include <array>
#include <cstdint>
#include <type_traits>
#include <utility>

#include "cpu/instruction.hpp"
#include "cpu/operands.hpp"

namespace ringside::cpu {
namespace {

template <typename W, typename D, typename S>
void move(Cpu& cpu, const Op* op) {
    D::template write<W>(cpu, op, S::template read<W>(cpu, op));
}

template <typename To, typename From, typename S>
void move_zero_extended(Cpu& cpu, const Op* op) {
    Dst::write<To>(cpu, op, S::template read<From>(cpu, op));
}

template <typename To, typename From, typename S>
void move_sign_extended(Cpu& cpu, const Op* op) {
    const auto value = static_cast<std::make_signed_t<From>>(S::template read<From>(cpu, op));
    Dst::write<To>(cpu, op, static_cast<To>(value));
}

template <typename W>
void load_address(Cpu& cpu, const Op* op) {
    Dst::write<W>(cpu, op, static_cast<W>(effective_offset(cpu, op)));
}

template <typename W, typename D>
void exchange(Cpu& cpu, const Op* op) {
    const auto place = D::template modify<W>(cpu, op);
    const W old = place.get();
    place.set(Src::read<W>(cpu, op));
    Src::write<W>(cpu, op, old);
}

void swap_bytes(Cpu& cpu, const Op* op) {
    Dst::write<std::uint32_t>(cpu, op, __builtin_bswap32(Dst::read<std::uint32_t>(cpu, op)));
}

// A 16-bit BSWAP is undefined in the manual; processors clear the register's low word.
void swap_bytes_16(Cpu& cpu, const Op* op) {
    Dst::write<std::uint16_t>(cpu, op, 0);
}

template <Condition condition, typename W, typename S>
void move_if(Cpu& cpu, const Op* op) {
    const W value = S::template read<W>(cpu, op);  // read even when it is not used
    if (holds<condition>(cpu.flags)) {
        Dst::write<W>(cpu, op, value);
    }
}

template <Condition condition, typename D>
void set_if(Cpu& cpu, const Op* op) {
    const bool value = holds<condition>(cpu.flags);
    D::template write<std::uint8_t>(cpu, op, value ? 1 : 0);
    add_variant(cpu, op, value);
}

// AL := [EBX + AL]; the address is built by hand since AL is no index that encodings know.
template <bool address16>
void translate(Cpu& cpu, const Op* op) {
    const std::uint32_t base = cpu.registers[GeneralRegister::ebx];
    std::uint32_t offset = base + cpu.registers.get<std::uint8_t>(0);
    if constexpr (address16) {
        offset &= 0xFFFFU;
    }
    cpu.registers.set<std::uint8_t>(
        0, cpu.read<std::uint8_t>(linear(cpu, static_cast<SegmentRegister>(op->segment), offset, 1,
                                         mmu::Access::read)));
}

void sign_extend_al(Cpu& cpu, const Op*) {
    cpu.registers.set<std::uint16_t>(
        0,
        static_cast<std::uint16_t>(static_cast<std::int8_t>(cpu.registers.get<std::uint8_t>(0))));
}
void sign_extend_ax(Cpu& cpu, const Op*) {
    cpu.registers.set<std::uint32_t>(
        0,
        static_cast<std::uint32_t>(static_cast<std::int16_t>(cpu.registers.get<std::uint16_t>(0))));
}
template <typename W>
void spread_sign(Cpu& cpu, const Op*) {
    const bool negative = (cpu.registers.get<W>(0) >> (sizeof(W) * 8 - 1)) != 0;
    cpu.registers.set<W>(RegisterFile::offset_of(GeneralRegister::edx),
                         negative ? static_cast<W>(~W{0}) : W{0});
}

void no_operation(Cpu&, const Op*) {}

Selection select_move(const Decoded& d, std::uint32_t mode) {
    if (d.is_register(0) && d.is_register(1) &&
        (ZydisRegisterGetClass(d.operand(0).reg.value) == ZYDIS_REGCLASS_CONTROL ||
         ZydisRegisterGetClass(d.operand(1).reg.value) == ZYDIS_REGCLASS_CONTROL ||
         ZydisRegisterGetClass(d.operand(0).reg.value) == ZYDIS_REGCLASS_DEBUG ||
         ZydisRegisterGetClass(d.operand(1).reg.value) == ZYDIS_REGCLASS_DEBUG ||
         ZydisRegisterGetClass(d.operand(0).reg.value) == ZYDIS_REGCLASS_TEST ||
         ZydisRegisterGetClass(d.operand(1).reg.value) == ZYDIS_REGCLASS_TEST)) {
        return select_move_system(d, mode);
    }
    if ((d.is_register(0) &&
         ZydisRegisterGetClass(d.operand(0).reg.value) == ZYDIS_REGCLASS_SEGMENT) ||
        (d.is_register(1) &&
         ZydisRegisterGetClass(d.operand(1).reg.value) == ZYDIS_REGCLASS_SEGMENT)) {
        return select_move_segment(d, mode);
    }
    return with_width(d.width(), [&]<typename W>() {
        return with_operands(d, mode, [&]<typename D, typename S>() {
            return without_flags < &move<W, D, S>, D::is_memory || S::is_memory > ();
        });
    });
}

template <bool is_signed>
Selection select_extend(const Decoded& d, std::uint32_t mode) {
    return with_word_width(d.width(0), [&]<typename To>() {
        return with_width(d.width(1), [&]<typename From>() -> Selection {
            return with_source(d, mode, [&]<typename S>() -> Selection {
                if constexpr (sizeof(From) == 4) {
                    return {};
                } else if constexpr (is_signed) {
                    return without_flags<&move_sign_extended<To, From, S>, S::is_memory>();
                } else {
                    return without_flags<&move_zero_extended<To, From, S>, S::is_memory>();
                }
            });
        });
    });
}

Selection select_load_address(const Decoded& d, std::uint32_t) {
    return with_word_width(d.width(),
                           [&]<typename W>() { return without_flags<&load_address<W>, false>(); });
}

Selection select_exchange(const Decoded& d, std::uint32_t mode) {
    return with_width(d.width(), [&]<typename W>() {
        return with_destination(
            d, mode, [&]<typename D>() { return without_flags<&exchange<W, D>, D::is_memory>(); });
    });
}

Selection select_swap_bytes(const Decoded& d, std::uint32_t) {
    return d.width() == 32 ? without_flags<&swap_bytes, false>()
                           : without_flags<&swap_bytes_16, false>();
}

template <Condition condition>
Selection select_move_if(const Decoded& d, std::uint32_t mode) {
    return with_word_width(d.width(), [&]<typename W>() {
        return with_source(d, mode, [&]<typename S>() {
            return handled<&move_if<condition, W, S>, S::is_memory>();
        });
    });
}

template <Condition condition>
Selection select_set_if(const Decoded& d, std::uint32_t mode) {
    return with_destination(
        d, mode, [&]<typename D>() { return handled<&set_if<condition, D>, D::is_memory>(); });
}

// Hint forms (0F 18 to 1F) do nothing from the P6 on. 0F 0D was 3DNow!'s and is undefined here.
Selection select_no_operation(const Decoded& d, std::uint32_t) {
    return d.instruction.meta.isa_set == ZYDIS_ISA_SET_PREFETCH_NOP
               ? Selection{}
               : without_flags<&no_operation, false>();
}

Selection select_translate(const Decoded& d, std::uint32_t) {
    return d.address16() ? handled<&translate<true>, true>() : handled<&translate<false>, true>();
}

template <auto body>
Selection select_only(const Decoded&, std::uint32_t) {
    return without_flags<body, false>();
}

template <Condition condition>
constexpr Instruction conditional_move(ZydisMnemonic mnemonic) {
    return {mnemonic, select_move_if<condition>, "CMOVcc", Model::p6, "SDM vol. 2, CMOVcc"};
}
template <Condition condition>
constexpr Instruction conditional_set(ZydisMnemonic mnemonic) {
    return {mnemonic, select_set_if<condition>, "SETcc", Model::i386, "SDM vol. 2, SETcc"};
}

constexpr Instruction prefetch(ZydisMnemonic mnemonic) {
    return {mnemonic, select_no_operation, "NOP", Model::p6, "SDM vol. 2, PREFETCHh"};
}

constexpr std::array table{
    Instruction{ZYDIS_MNEMONIC_BSWAP, select_swap_bytes, "BSWAP", Model::i486, "SDM vol. 2, BSWAP"},
    Instruction{ZYDIS_MNEMONIC_CBW, select_only<&sign_extend_al>, "CBW/CWDE", Model::i386,
                "SDM vol. 2, CBW/CWDE"},
    Instruction{ZYDIS_MNEMONIC_CWDE, select_only<&sign_extend_ax>, "CBW/CWDE", Model::i386,
                "SDM vol. 2, CBW/CWDE"},
    Instruction{ZYDIS_MNEMONIC_CWD, select_only<&spread_sign<std::uint16_t>>, "CWD/CDQ",
                Model::i386, "SDM vol. 2, CWD/CDQ"},
    Instruction{ZYDIS_MNEMONIC_CDQ, select_only<&spread_sign<std::uint32_t>>, "CWD/CDQ",
                Model::i386, "SDM vol. 2, CWD/CDQ"},
    Instruction{ZYDIS_MNEMONIC_LEA, select_load_address, "LEA", Model::i386, "SDM vol. 2, LEA"},
    Instruction{ZYDIS_MNEMONIC_MOV, select_move, "MOV", Model::i386, "SDM vol. 2, MOV"},
    Instruction{ZYDIS_MNEMONIC_MOVSX, select_extend<true>, "MOVZX/MOVSX", Model::i386,
                "SDM vol. 2, MOVSX"},
    Instruction{ZYDIS_MNEMONIC_MOVZX, select_extend<false>, "MOVZX/MOVSX", Model::i386,
                "SDM vol. 2, MOVZX"},
    Instruction{ZYDIS_MNEMONIC_NOP, select_no_operation, "NOP", Model::i386, "SDM vol. 2, NOP"},
    prefetch(ZYDIS_MNEMONIC_PREFETCHNTA),
    prefetch(ZYDIS_MNEMONIC_PREFETCHT0),
    prefetch(ZYDIS_MNEMONIC_PREFETCHT1),
    prefetch(ZYDIS_MNEMONIC_PREFETCHT2),
    Instruction{ZYDIS_MNEMONIC_PAUSE, select_only<&no_operation>, "NOP", Model::i386,
                "SDM vol. 2, PAUSE: a NOP before the Pentium 4"},
    Instruction{ZYDIS_MNEMONIC_XCHG, select_exchange, "XCHG", Model::i386, "SDM vol. 2, XCHG"},
    Instruction{ZYDIS_MNEMONIC_XLAT, select_translate, "XLAT", Model::i386, "SDM vol. 2, XLAT"},
    conditional_move<Condition::o>(ZYDIS_MNEMONIC_CMOVO),
    conditional_move<Condition::no>(ZYDIS_MNEMONIC_CMOVNO),
    conditional_move<Condition::b>(ZYDIS_MNEMONIC_CMOVB),
    conditional_move<Condition::nb>(ZYDIS_MNEMONIC_CMOVNB),
    conditional_move<Condition::z>(ZYDIS_MNEMONIC_CMOVZ),
    conditional_move<Condition::nz>(ZYDIS_MNEMONIC_CMOVNZ),
    conditional_move<Condition::be>(ZYDIS_MNEMONIC_CMOVBE),
    conditional_move<Condition::nbe>(ZYDIS_MNEMONIC_CMOVNBE),
    conditional_move<Condition::s>(ZYDIS_MNEMONIC_CMOVS),
    conditional_move<Condition::ns>(ZYDIS_MNEMONIC_CMOVNS),
    conditional_move<Condition::p>(ZYDIS_MNEMONIC_CMOVP),
    conditional_move<Condition::np>(ZYDIS_MNEMONIC_CMOVNP),
    conditional_move<Condition::l>(ZYDIS_MNEMONIC_CMOVL),
    conditional_move<Condition::nl>(ZYDIS_MNEMONIC_CMOVNL),
    conditional_move<Condition::le>(ZYDIS_MNEMONIC_CMOVLE),
    conditional_move<Condition::nle>(ZYDIS_MNEMONIC_CMOVNLE),
    conditional_set<Condition::o>(ZYDIS_MNEMONIC_SETO),
    conditional_set<Condition::no>(ZYDIS_MNEMONIC_SETNO),
    conditional_set<Condition::b>(ZYDIS_MNEMONIC_SETB),
    conditional_set<Condition::nb>(ZYDIS_MNEMONIC_SETNB),
    conditional_set<Condition::z>(ZYDIS_MNEMONIC_SETZ),
    conditional_set<Condition::nz>(ZYDIS_MNEMONIC_SETNZ),
    conditional_set<Condition::be>(ZYDIS_MNEMONIC_SETBE),
    conditional_set<Condition::nbe>(ZYDIS_MNEMONIC_SETNBE),
    conditional_set<Condition::s>(ZYDIS_MNEMONIC_SETS),
    conditional_set<Condition::ns>(ZYDIS_MNEMONIC_SETNS),
    conditional_set<Condition::p>(ZYDIS_MNEMONIC_SETP),
    conditional_set<Condition::np>(ZYDIS_MNEMONIC_SETNP),
    conditional_set<Condition::l>(ZYDIS_MNEMONIC_SETL),
    conditional_set<Condition::nl>(ZYDIS_MNEMONIC_SETNL),
    conditional_set<Condition::le>(ZYDIS_MNEMONIC_SETLE),
    conditional_set<Condition::nle>(ZYDIS_MNEMONIC_SETNLE),
};

}  // namespace

std::span<const Instruction> data_instructions() {
    return table;
}

}  // namespace ringside::cpu
