// SPDX-License-Identifier: MIT
#include <array>
#include <cstdint>

#include "cpu/instruction.hpp"
#include "cpu/operands.hpp"
#include "cpu/privilege/require.hpp"
#include "cpu/segments/descriptor_table.hpp"

namespace ringside::cpu {
namespace {

/// With a 16-bit operand the base has 24 bits.
template <TableRegister Cpu::*table_register, typename M>
void load_table(Cpu& cpu, const Op* op) {
    require_ring_0(cpu);
    const LinearAddress a = M::address(cpu, op, 6, mmu::Access::read);
    const auto limit = cpu.read<std::uint16_t>(a);
    std::uint32_t base = cpu.read<std::uint32_t>(a + 2);
    if ((op->modes & op_mode::operand16) != 0) {
        base &= 0x00FFFFFFU;
    }
    cpu.*table_register = {{base}, limit};
}

/// All 32 bits of the base are stored for either operand size, as processors since the 386 do.
template <TableRegister Cpu::*table_register, typename M>
void store_table(Cpu& cpu, const Op* op) {
    const LinearAddress a = M::address(cpu, op, 6, mmu::Access::write);
    cpu.require_aligned(a, 2);
    cpu.require_aligned(a + 2, 4);
    cpu.probe(a, 6, mmu::Access::write, cpu.privilege());
    cpu.write<std::uint16_t>(a, (cpu.*table_register).limit);
    cpu.write<std::uint32_t>(a + 2, (cpu.*table_register).base.value);
}

/// The system descriptor of a selector, which must lie in the GDT.
TableEntry system_descriptor(Cpu& cpu, Selector selector) {
    if (selector.table() == TableIndicator::ldt) {
        throw selector_fault(Vector::general_protection, selector);
    }
    return read_descriptor(cpu, selector, Vector::general_protection);
}

template <typename S>
void load_local_table(Cpu& cpu, const Op* op) {
    require_ring_0(cpu);
    const Selector selector{S::template read<std::uint16_t>(cpu, op)};
    if (selector.is_null()) {
        cpu.ldtr = {selector, {}, 0, SystemType::ldt, false};
        return;
    }
    const Descriptor d = system_descriptor(cpu, selector).descriptor;
    if (!d.is_system() || d.system_type() != SystemType::ldt) {
        throw selector_fault(Vector::general_protection, selector);
    }
    if (!d.present()) {
        throw selector_fault(Vector::segment_not_present, selector);
    }
    cpu.ldtr = {selector, {d.base()}, d.limit(), SystemType::ldt, true};
}

template <typename S>
void load_task(Cpu& cpu, const Op* op) {
    require_ring_0(cpu);
    const Selector selector{S::template read<std::uint16_t>(cpu, op)};
    TableEntry entry = system_descriptor(cpu, selector);
    const Descriptor d = entry.descriptor;
    const bool available = d.is_system() && (d.system_type() == SystemType::tss32_available ||
                                             d.system_type() == SystemType::tss16_available);
    if (!available) {
        throw selector_fault(Vector::general_protection, selector);
    }
    if (!d.present()) {
        throw selector_fault(Vector::segment_not_present, selector);
    }
    mark_busy(cpu, entry);
    cpu.tr = {selector, {d.base()}, d.limit(), entry.descriptor.system_type(), true};
}

template <SystemSegment Cpu::*segment, typename W, typename D>
void store_selector(Cpu& cpu, const Op* op) {
    D::template write<W>(cpu, op, (cpu.*segment).selector.value());
}

template <TableRegister Cpu::*table_register>
Selection select_load_table(const Decoded& d, std::uint32_t mode) {
    return with_memory(
        d, mode, [&]<typename M>() { return handled<&load_table<table_register, M>, true>(); });
}

template <TableRegister Cpu::*table_register>
Selection select_store_table(const Decoded& d, std::uint32_t mode) {
    return with_memory(
        d, mode, [&]<typename M>() { return handled<&store_table<table_register, M>, true>(); });
}

// LLDT, LTR, SLDT and STR do not exist outside protected mode: #UD.

Selection select_load_local_table(const Decoded& d, std::uint32_t mode) {
    if ((mode & block_mode::protected_mode) == 0) {
        return {};
    }
    return with_destination(d, mode,
                            [&]<typename S>() { return handled<&load_local_table<S>, true>(); });
}

Selection select_load_task(const Decoded& d, std::uint32_t mode) {
    if ((mode & block_mode::protected_mode) == 0) {
        return {};
    }
    return with_destination(d, mode, [&]<typename S>() { return handled<&load_task<S>, true>(); });
}

template <SystemSegment Cpu::*segment>
Selection select_store_selector(const Decoded& d, std::uint32_t mode) {
    if ((mode & block_mode::protected_mode) == 0) {
        return {};
    }
    return with_word_width(d.width(), [&]<typename W>() {
        return with_destination(d, mode, [&]<typename D>() {
            return handled<&store_selector<segment, W, D>, D::is_memory>();
        });
    });
}

constexpr std::array table{
    Instruction{ZYDIS_MNEMONIC_LGDT, select_load_table<&Cpu::gdtr>, "LGDT/LIDT", Model::i386,
                "SDM vol. 2, LGDT"},
    Instruction{ZYDIS_MNEMONIC_LIDT, select_load_table<&Cpu::idtr>, "LGDT/LIDT", Model::i386,
                "SDM vol. 2, LGDT"},
    Instruction{ZYDIS_MNEMONIC_LLDT, select_load_local_table, "LLDT", Model::i386,
                "SDM vol. 2, LLDT"},
    Instruction{ZYDIS_MNEMONIC_LTR, select_load_task, "LTR", Model::i386, "SDM vol. 2, LTR"},
    Instruction{ZYDIS_MNEMONIC_SGDT, select_store_table<&Cpu::gdtr>, "SGDT/SIDT", Model::i386,
                "SDM vol. 2, SGDT"},
    Instruction{ZYDIS_MNEMONIC_SIDT, select_store_table<&Cpu::idtr>, "SGDT/SIDT", Model::i386,
                "SDM vol. 2, SIDT"},
    Instruction{ZYDIS_MNEMONIC_SLDT, select_store_selector<&Cpu::ldtr>, "SLDT", Model::i386,
                "SDM vol. 2, SLDT"},
    Instruction{ZYDIS_MNEMONIC_STR, select_store_selector<&Cpu::tr>, "STR", Model::i386,
                "SDM vol. 2, STR"},
};

}  // namespace

std::span<const Instruction> descriptor_table_instructions() {
    return table;
}

}  // namespace ringside::cpu
