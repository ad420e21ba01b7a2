// SPDX-License-Identifier: MIT
#include <algorithm>
#include <array>
#include <cstdint>

#include "cpu/instruction.hpp"
#include "cpu/operands.hpp"
#include "cpu/segments/segment_load.hpp"
#include "cpu/stack.hpp"

namespace ringside::cpu {
namespace {

// Which wrapper a load needs: `mode` depends on DS, ES and SS, not on FS and GS, and after MOV SS
// and POP SS one instruction runs before any interrupt (SDM vol. 3, "Masking Exceptions and
// Interrupts When Switching Stacks").
template <auto body, bool stack_shadow>
Selection loading(SegmentRegister r) {
    switch (r) {
        case SegmentRegister::ss:
            return {stack_shadow ? &serializing<body> : &refocusing<body>, stack_shadow};
        case SegmentRegister::ds:
        case SegmentRegister::es: return {&refocusing<body>, false};
        case SegmentRegister::fs:
        case SegmentRegister::gs: return {&guarded<body>, false};
        case SegmentRegister::cs: break;
    }
    return {};
}

SegmentRegister register_of(ZydisRegister r) {
    return static_cast<SegmentRegister>(ZydisRegisterGetId(r));
}

bool is_segment(const Decoded& d, unsigned index) {
    return d.is_register(index) &&
           ZydisRegisterGetClass(d.operand(index).reg.value) == ZYDIS_REGCLASS_SEGMENT;
}

void load(Cpu& cpu, SegmentRegister r, std::uint16_t value) {
    load_segment(cpu, r, Selector{value});
    if (r == SegmentRegister::ss) {
        cpu.interrupt_shadow = true;
        cpu.debug_shadow = true;
        cpu.context_changed();
    }
}

template <typename S>
void move_to_segment(Cpu& cpu, const Op* op) {
    load(cpu, static_cast<SegmentRegister>(op->dst), S::template read<std::uint16_t>(cpu, op));
}

// A 32-bit register gets the selector zero-extended, as from the P6 on; memory gets 16 bits.
template <typename W, typename D>
void move_from_segment(Cpu& cpu, const Op* op) {
    D::template write<W>(cpu, op,
                         cpu.segment(static_cast<SegmentRegister>(op->src)).selector.value());
}

template <typename Stack, typename W>
void pop_segment(Cpu& cpu, const Op* op) {
    const W value = peek<Stack, W>(cpu);
    const std::uint32_t esp = cpu.registers[GeneralRegister::esp];
    drop<Stack>(cpu, sizeof(W));
    const std::uint32_t raised = cpu.registers[GeneralRegister::esp];
    cpu.registers[GeneralRegister::esp] = esp;
    load(cpu, static_cast<SegmentRegister>(op->dst), static_cast<std::uint16_t>(value));
    cpu.registers[GeneralRegister::esp] = raised;
}

// LDS and its kin: m16:16 or m16:32, the offset first. LSS opens no shadow: both halves of the
// stack pointer come at once.
template <SegmentRegister r, typename W>
void load_far_pointer(Cpu& cpu, const Op* op) {
    const W offset = read_part<W>(cpu, op, 0);
    load_segment(cpu, r, Selector{read_part<std::uint16_t>(cpu, op, sizeof(W))});
    Dst::write<W>(cpu, op, offset);
}

template <SegmentRegister r>
Selection select_load_far(const Decoded& d, std::uint32_t) {
    return with_word_width(
        d.width(), [&]<typename W>() { return loading<&load_far_pointer<r, W>, false>(r); });
}

// Questions about a selector: ZF says whether the program may use it so, and nothing faults for
// what the descriptor says.

/// The descriptor if CPL and RPL may see it; conforming code is seen by everybody.
std::optional<Descriptor> visible_descriptor(Cpu& cpu, Selector selector) {
    const auto entry = find_descriptor(cpu, selector);
    if (!entry) {
        return std::nullopt;
    }
    const Descriptor d = entry->descriptor;
    if (!d.conforming() && d.dpl() < std::max(cpu.cpl, selector.rpl())) {
        return std::nullopt;
    }
    return d;
}

constexpr std::uint32_t types(std::initializer_list<unsigned> list) {
    std::uint32_t set = 0;
    for (const unsigned type : list) {
        set |= 1U << type;
    }
    return set;
}
constexpr std::uint32_t types_with_rights = types({1, 2, 3, 4, 5, 9, 11, 12});
constexpr std::uint32_t types_with_limit = types({1, 2, 3, 9, 11});

bool answers(Descriptor d, std::uint32_t system_types) {
    return !d.is_system() || ((system_types >> d.type()) & 1U) != 0;
}

template <typename W, typename S>
void load_access_rights(Cpu& cpu, const Op* op) {
    const Selector selector{S::template read<std::uint16_t>(cpu, op)};
    const auto d = visible_descriptor(cpu, selector);
    const bool known = d && answers(*d, types_with_rights);
    if (known) {
        Dst::write<W>(cpu, op, static_cast<W>(d->high() & 0x00FFFF00U));
    }
    cpu.flags.set_zf(known);
}

template <typename W, typename S>
void load_limit(Cpu& cpu, const Op* op) {
    const Selector selector{S::template read<std::uint16_t>(cpu, op)};
    const auto d = visible_descriptor(cpu, selector);
    const bool known = d && answers(*d, types_with_limit);
    if (known) {
        Dst::write<W>(cpu, op, static_cast<W>(d->limit()));
        add_variant(cpu, op, bit(d->high(), 23) != 0);
    }
    cpu.flags.set_zf(known);
}

template <bool for_writing, typename S>
void verify(Cpu& cpu, const Op* op) {
    const Selector selector{S::template read<std::uint16_t>(cpu, op)};
    const auto d = visible_descriptor(cpu, selector);
    cpu.flags.set_zf(d && !d->is_system() && (for_writing ? d->writable() : d->readable()));
}

// ARPL raises the RPL of its first operand to that of the second. What needs no change is only
// read: processors let it lie in memory that may not be written.
template <typename D>
void adjust_rpl(Cpu& cpu, const Op* op) {
    const Selector selector{D::template read<std::uint16_t>(cpu, op)};
    const unsigned wanted = Selector{Src::read<std::uint16_t>(cpu, op)}.rpl();
    const bool raised = selector.rpl() < wanted;
    if (raised) {
        D::template write<std::uint16_t>(cpu, op, selector.with_rpl(wanted).value());
    }
    cpu.flags.set_zf(raised);
}

// There are no descriptors to ask about in real and virtual 8086 mode: #UD, as for ARPL.

Selection select_access_rights(const Decoded& d, std::uint32_t mode) {
    if ((mode & block_mode::protected_mode) == 0) {
        return {};
    }
    return with_word_width(d.width(), [&]<typename W>() {
        return with_source(
            d, mode, [&]<typename S>() { return handled<&load_access_rights<W, S>, true>(); });
    });
}

Selection select_limit(const Decoded& d, std::uint32_t mode) {
    if ((mode & block_mode::protected_mode) == 0) {
        return {};
    }
    return with_word_width(d.width(), [&]<typename W>() {
        return with_source(d, mode,
                           [&]<typename S>() { return handled<&load_limit<W, S>, true>(); });
    });
}

/// The operand of VERR and VERW is their first one.
template <bool for_writing>
Selection select_verify(const Decoded& d, std::uint32_t mode) {
    if ((mode & block_mode::protected_mode) == 0) {
        return {};
    }
    return with_destination(d, mode,
                            [&]<typename S>() { return handled<&verify<for_writing, S>, true>(); });
}

Selection select_adjust_rpl(const Decoded& d, std::uint32_t mode) {
    if ((mode & block_mode::protected_mode) == 0) {
        return {};
    }
    return with_destination(d, mode, [&]<typename D>() { return handled<&adjust_rpl<D>, true>(); });
}

constexpr std::array table{
    Instruction{ZYDIS_MNEMONIC_ARPL, select_adjust_rpl, "ARPL", Model::i386, "SDM vol. 2, ARPL"},
    Instruction{ZYDIS_MNEMONIC_LAR, select_access_rights, "LAR", Model::i386, "SDM vol. 2, LAR"},
    Instruction{ZYDIS_MNEMONIC_LDS, select_load_far<SegmentRegister::ds>, "LDS", Model::i386,
                "SDM vol. 2, LDS"},
    Instruction{ZYDIS_MNEMONIC_LES, select_load_far<SegmentRegister::es>, "LES", Model::i386,
                "SDM vol. 2, LDS"},
    Instruction{ZYDIS_MNEMONIC_LFS, select_load_far<SegmentRegister::fs>, "LFS", Model::i386,
                "SDM vol. 2, LDS"},
    Instruction{ZYDIS_MNEMONIC_LGS, select_load_far<SegmentRegister::gs>, "LGS", Model::i386,
                "SDM vol. 2, LDS"},
    Instruction{ZYDIS_MNEMONIC_LSL, select_limit, "LSL", Model::i386, "SDM vol. 2, LSL"},
    Instruction{ZYDIS_MNEMONIC_LSS, select_load_far<SegmentRegister::ss>, "LSS", Model::i386,
                "SDM vol. 2, LDS"},
    Instruction{ZYDIS_MNEMONIC_VERR, select_verify<false>, "VERR", Model::i386, "SDM vol. 2, VERR"},
    Instruction{ZYDIS_MNEMONIC_VERW, select_verify<true>, "VERW", Model::i386, "SDM vol. 2, VERR"},
};

}  // namespace

std::span<const Instruction> segment_instructions() {
    return table;
}

Selection select_move_segment(const Decoded& d, std::uint32_t mode) {
    if (is_segment(d, 0)) {
        const SegmentRegister r = register_of(d.operand(0).reg.value);
        return with_source(d, mode,
                           [&]<typename S>() { return loading<&move_to_segment<S>, true>(r); });
    }
    return with_word_width(d.width(), [&]<typename W>() {
        return with_destination(d, mode, [&]<typename D>() {
            return handled<&move_from_segment<W, D>, D::is_memory>();
        });
    });
}

Selection select_pop_segment(const Decoded& d, std::uint32_t mode) {
    return with_stack(mode, [&]<typename Stack>() {
        return with_word_width(d.instruction.operand_width, [&]<typename W>() {
            return loading<&pop_segment<Stack, W>, true>(register_of(d.operand(0).reg.value));
        });
    });
}

}  // namespace ringside::cpu
