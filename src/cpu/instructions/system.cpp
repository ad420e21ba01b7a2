// SPDX-License-Identifier: MIT
#include <array>
#include <cstdint>

#include "cpu/instruction.hpp"
#include "cpu/msr.hpp"
#include "cpu/operands.hpp"
#include "cpu/privilege/require.hpp"
#include "cpu/segments/descriptor_table.hpp"

namespace ringside::cpu {
namespace {

// --- descriptor-table registers: 16 bits of limit, then the base ---------------------------------

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
    cpu.probe(a, 6, mmu::Access::write, cpu.privilege());
    cpu.write<std::uint16_t>(a, (cpu.*table_register).limit);
    cpu.write<std::uint32_t>(a + 2, (cpu.*table_register).base.value);
}

// --- LDTR and TR
// -----------------------------------------------------------------------------------

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

// --- control registers
// -----------------------------------------------------------------------------

std::uint32_t known_cr0(Model model) {
    constexpr std::uint32_t i386 = cr0::pe | cr0::mp | cr0::em | cr0::ts | cr0::et | cr0::pg;
    constexpr std::uint32_t i486 = cr0::ne | cr0::wp | cr0::am | cr0::nw | cr0::cd;
    return model >= Model::i486 ? i386 | i486 : i386;
}

/// CR4 has a bit for each extension that CPUID reports.
std::uint32_t known_cr4(Model model) {
    const std::uint32_t has = traits(model).features;
    const auto when = [has](std::uint32_t extension, std::uint32_t bits_of_it) {
        return (has & extension) != 0 ? bits_of_it : 0U;
    };
    return when(feature::tsc, cr4::tsd) | when(feature::de, cr4::de) |
           when(feature::pse, cr4::pse) | when(feature::pge, cr4::pge) |
           when(feature::fxsr, cr4::osfxsr) | when(feature::sse, cr4::osxmmexcpt) |
           (model >= Model::p6 ? cr4::pce : 0U);
}

/// Reserved bits of CR0 keep their values; only impossible combinations are refused.
void set_cr0(Cpu& cpu, std::uint32_t value) {
    value = (value & known_cr0(cpu.model)) | (cpu.model >= Model::i486 ? cr0::et : 0U);
    const bool paging_unprotected = (value & cr0::pg) != 0 && (value & cr0::pe) == 0;
    const bool through_no_cache = (value & cr0::nw) != 0 && (value & cr0::cd) == 0;
    if (paging_unprotected || through_no_cache) {
        throw Fault::gp(0);
    }
    if ((value & cr0::pe) == 0 && cpu.protected_mode()) {
        throw FeatureNotBuilt{"real mode"};
    }
    const std::uint32_t changed = cpu.cr0 ^ value;
    cpu.cr0 = value;
    if ((changed & (cr0::pg | cr0::wp | cr0::pe)) != 0) {
        cpu.paging_changed();
    }
}

void set_cr3(Cpu& cpu, std::uint32_t value) {
    cpu.cr3 = value & (mmu::entry::frame | cr3::pwt | cr3::pcd);
    cpu.mmu.load_directory(PhysicalAddress{cpu.cr3 & mmu::entry::frame});
    cpu.context_changed();
}

void set_cr4(Cpu& cpu, std::uint32_t value) {
    if ((value & ~known_cr4(cpu.model)) != 0) {
        throw Fault::gp(0);
    }
    const std::uint32_t changed = cpu.cr4 ^ value;
    cpu.cr4 = value;
    if ((changed & (cr4::pse | cr4::pge)) != 0) {
        cpu.paging_changed();
    }
}

template <unsigned number>
void load_control(Cpu& cpu, const Op* op) {
    require_ring_0(cpu);
    const auto value = Src::read<std::uint32_t>(cpu, op);
    switch (number) {
        case 0: set_cr0(cpu, value); break;
        case 2: cpu.cr2 = value; break;
        case 3: set_cr3(cpu, value); break;
        default: set_cr4(cpu, value); break;
    }
}

template <std::uint32_t Cpu::*control>
void store_control(Cpu& cpu, const Op* op) {
    require_ring_0(cpu);
    Dst::write<std::uint32_t>(cpu, op, cpu.*control);
}

// LMSW may set PE but not clear it.
template <typename S>
void load_machine_status(Cpu& cpu, const Op* op) {
    require_ring_0(cpu);
    constexpr std::uint32_t loaded = cr0::pe | cr0::mp | cr0::em | cr0::ts;
    const std::uint32_t value = S::template read<std::uint16_t>(cpu, op) & loaded;
    set_cr0(cpu, (cpu.cr0 & (~loaded | cr0::pe)) | value);
}

template <typename W, typename D>
void store_machine_status(Cpu& cpu, const Op* op) {
    D::template write<W>(cpu, op, static_cast<W>(cpu.cr0));
}

void clear_task_switched(Cpu& cpu, const Op*) {
    require_ring_0(cpu);
    cpu.cr0 &= ~cr0::ts;
}

// --- debug registers: storage, with the bits that always read the same ---------------------------

/// DR4 and DR5 are other names of DR6 and DR7 until CR4.DE takes them away.
unsigned debug_register(const Cpu& cpu, unsigned number) {
    if (number == 4 || number == 5) {
        if ((cpu.cr4 & cr4::de) != 0) {
            throw Fault::ud();
        }
        return number + 2;
    }
    return number;
}

void load_debug(Cpu& cpu, const Op* op) {
    const unsigned number = debug_register(cpu, op->dst);
    require_ring_0(cpu);
    const auto value = Src::read<std::uint32_t>(cpu, op);
    switch (number) {
        case 6: cpu.dr6 = (value & dr6::defined) | dr6::ones; break;
        case 7: cpu.dr7 = (value & dr7::defined) | dr7::ones; break;
        default: cpu.dr.at(number) = value; break;
    }
}

void store_debug(Cpu& cpu, const Op* op) {
    const unsigned number = debug_register(cpu, op->src);
    require_ring_0(cpu);
    const std::uint32_t value = number == 6 ? cpu.dr6 : number == 7 ? cpu.dr7 : cpu.dr.at(number);
    Dst::write<std::uint32_t>(cpu, op, value);
}

// --- counters, model-specific registers, identification
// --------------------------------------------

void write_edx_eax(Cpu& cpu, std::uint64_t value) {
    cpu.registers[GeneralRegister::eax] = static_cast<std::uint32_t>(value);
    cpu.registers[GeneralRegister::edx] = static_cast<std::uint32_t>(value >> 32);
}

/// The counter at the start of `op`.
std::uint64_t tick_of(const Cpu& cpu, const Op* op) {
    return cpu.clock + ticks_before(cpu, op);
}

void read_time_stamp(Cpu& cpu, const Op* op) {
    if ((cpu.cr4 & cr4::tsd) != 0) {
        require_ring_0(cpu);
    }
    write_edx_eax(cpu, cpu.time_stamp(tick_of(cpu, op)));
}

// Nothing selects an event for the two counters, so they stand at zero.
void read_performance_counter(Cpu& cpu, const Op*) {
    if ((cpu.cr4 & cr4::pce) == 0) {
        require_ring_0(cpu);
    }
    if (cpu.registers[GeneralRegister::ecx] > 1) {
        throw Fault::gp(0);
    }
    write_edx_eax(cpu, 0);
}

const ModelSpecificRegister& selected_msr(const Cpu& cpu) {
    require_ring_0(cpu);
    const auto* const row = find_msr(cpu.model, cpu.registers[GeneralRegister::ecx]);
    if (row == nullptr) {
        throw Fault::gp(0);
    }
    return *row;
}

void read_msr(Cpu& cpu, const Op* op) {
    write_edx_eax(cpu, selected_msr(cpu).read(cpu, tick_of(cpu, op)));
}

void write_msr(Cpu& cpu, const Op* op) {
    const std::uint64_t high = cpu.registers[GeneralRegister::edx];
    selected_msr(cpu).write(cpu, (high << 32) | cpu.registers[GeneralRegister::eax],
                            tick_of(cpu, op));
}

// The highest leaf is 1. A leaf beyond it answers as the highest one does (SDM vol. 2, CPUID:
// "INPUT EAX > maximum").
void identify(Cpu& cpu, const Op*) {
    constexpr std::uint32_t highest_leaf = 1;
    RegisterFile& r = cpu.registers;
    if (r[GeneralRegister::eax] == 0) {
        r[GeneralRegister::eax] = highest_leaf;
        r[GeneralRegister::ebx] = 0x756E6547;  // "GenuineIntel"
        r[GeneralRegister::edx] = 0x49656E69;
        r[GeneralRegister::ecx] = 0x6C65746E;
        return;
    }
    const ModelTraits& model = traits(cpu.model);
    r[GeneralRegister::eax] = model.signature;
    r[GeneralRegister::ebx] = 0;
    r[GeneralRegister::ecx] = model.features_c;
    r[GeneralRegister::edx] = model.features;
}

// --- caches, halt, coprocessor
// ------------------------------------------------------------------------

void invalidate_page(Cpu& cpu, const Op* op) {
    require_ring_0(cpu);
    const Segment& s = cpu.segment(static_cast<SegmentRegister>(op->segment));
    cpu.mmu.invalidate_page({s.base + effective_offset(cpu, op)});
    cpu.context_changed();
}

// There is no cache that could be stale.
void drop_caches(Cpu& cpu, const Op*) {
    require_ring_0(cpu);
}

const Op* halt(Cpu& cpu, const Op* op) {
    require_ring_0(cpu);
    cpu.clock += op->clocks;
    cpu.eip = cpu.eip_of(op) + op->length;
    // A pending single-step trap ends the halt at once.
    if ((cpu.system_flags & flag::tf) == 0) {
        cpu.exit.kind = ExitKind::halted;
    }
    return nullptr;
}

void wait(Cpu& cpu, const Op*) {
    constexpr std::uint32_t both = cr0::mp | cr0::ts;
    if ((cpu.cr0 & both) == both) {
        throw Fault{Vector::device_not_available, 0, {}};
    }
}

// --- selection
// ----------------------------------------------------------------------------------------

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

Selection select_load_local_table(const Decoded& d, std::uint32_t mode) {
    return with_destination(d, mode,
                            [&]<typename S>() { return handled<&load_local_table<S>, true>(); });
}

Selection select_load_task(const Decoded& d, std::uint32_t mode) {
    return with_destination(d, mode, [&]<typename S>() { return handled<&load_task<S>, true>(); });
}

template <SystemSegment Cpu::*segment>
Selection select_store_selector(const Decoded& d, std::uint32_t mode) {
    return with_word_width(d.width(), [&]<typename W>() {
        return with_destination(d, mode, [&]<typename D>() {
            return handled<&store_selector<segment, W, D>, D::is_memory>();
        });
    });
}

Selection select_load_machine_status(const Decoded& d, std::uint32_t mode) {
    return with_destination(d, mode, [&]<typename S>() {
        return Selection{&serializing<&load_machine_status<S>>, true};
    });
}

Selection select_store_machine_status(const Decoded& d, std::uint32_t mode) {
    return with_word_width(d.width(), [&]<typename W>() {
        return with_destination(d, mode, [&]<typename D>() {
            return handled<&store_machine_status<W, D>, D::is_memory>();
        });
    });
}

template <auto body>
Selection select_guarded(const Decoded&, std::uint32_t) {
    return handled<body, true>();
}

template <auto body>
Selection select_serializing(const Decoded&, std::uint32_t) {
    return {&serializing<body>, true};
}

Selection select_halt(const Decoded&, std::uint32_t) {
    return {&ending<&halt>, true};
}

Selection select_load_control(unsigned number) {
    switch (number) {
        case 0: return {&serializing<&load_control<0>>, true};
        case 2: return handled<&load_control<2>, true>();
        case 3: return {&serializing<&load_control<3>>, true};
        case 4: return {&serializing<&load_control<4>>, true};
        default: return {};
    }
}

Selection select_store_control(unsigned number) {
    switch (number) {
        case 0: return handled<&store_control<&Cpu::cr0>, true>();
        case 2: return handled<&store_control<&Cpu::cr2>, true>();
        case 3: return handled<&store_control<&Cpu::cr3>, true>();
        case 4: return handled<&store_control<&Cpu::cr4>, true>();
        default: return {};
    }
}

constexpr std::array table{
    Instruction{ZYDIS_MNEMONIC_CLTS, select_guarded<&clear_task_switched>, "CLTS", Model::i386,
                "SDM vol. 2, CLTS"},
    Instruction{ZYDIS_MNEMONIC_CPUID, select_guarded<&identify>, "CPUID", Model::i486,
                "SDM vol. 2, CPUID"},
    Instruction{ZYDIS_MNEMONIC_FWAIT, select_guarded<&wait>, "WAIT/FWAIT", Model::i386,
                "SDM vol. 2, WAIT/FWAIT"},
    Instruction{ZYDIS_MNEMONIC_HLT, select_halt, "HLT", Model::i386, "SDM vol. 2, HLT"},
    Instruction{ZYDIS_MNEMONIC_INVD, select_guarded<&drop_caches>, "INVD", Model::i486,
                "SDM vol. 2, INVD"},
    Instruction{ZYDIS_MNEMONIC_INVLPG, select_serializing<&invalidate_page>, "INVLPG", Model::i486,
                "SDM vol. 2, INVLPG"},
    Instruction{ZYDIS_MNEMONIC_LGDT, select_load_table<&Cpu::gdtr>, "LGDT/LIDT", Model::i386,
                "SDM vol. 2, LGDT"},
    Instruction{ZYDIS_MNEMONIC_LIDT, select_load_table<&Cpu::idtr>, "LGDT/LIDT", Model::i386,
                "SDM vol. 2, LGDT"},
    Instruction{ZYDIS_MNEMONIC_LLDT, select_load_local_table, "LLDT", Model::i386,
                "SDM vol. 2, LLDT"},
    Instruction{ZYDIS_MNEMONIC_LMSW, select_load_machine_status, "LMSW", Model::i386,
                "SDM vol. 2, LMSW"},
    Instruction{ZYDIS_MNEMONIC_LTR, select_load_task, "LTR", Model::i386, "SDM vol. 2, LTR"},
    Instruction{ZYDIS_MNEMONIC_RDMSR, select_guarded<&read_msr>, "RDMSR", Model::pentium,
                "SDM vol. 2, RDMSR"},
    Instruction{ZYDIS_MNEMONIC_RDPMC, select_guarded<&read_performance_counter>, "RDPMC", Model::p6,
                "SDM vol. 2, RDPMC"},
    Instruction{ZYDIS_MNEMONIC_RDTSC, select_guarded<&read_time_stamp>, "RDTSC", Model::pentium,
                "SDM vol. 2, RDTSC"},
    Instruction{ZYDIS_MNEMONIC_SGDT, select_store_table<&Cpu::gdtr>, "SGDT/SIDT", Model::i386,
                "SDM vol. 2, SGDT"},
    Instruction{ZYDIS_MNEMONIC_SIDT, select_store_table<&Cpu::idtr>, "SGDT/SIDT", Model::i386,
                "SDM vol. 2, SIDT"},
    Instruction{ZYDIS_MNEMONIC_SLDT, select_store_selector<&Cpu::ldtr>, "SLDT", Model::i386,
                "SDM vol. 2, SLDT"},
    Instruction{ZYDIS_MNEMONIC_SMSW, select_store_machine_status, "SMSW", Model::i386,
                "SDM vol. 2, SMSW"},
    Instruction{ZYDIS_MNEMONIC_STR, select_store_selector<&Cpu::tr>, "STR", Model::i386,
                "SDM vol. 2, STR"},
    Instruction{ZYDIS_MNEMONIC_WBINVD, select_guarded<&drop_caches>, "WBINVD", Model::i486,
                "SDM vol. 2, WBINVD"},
    Instruction{ZYDIS_MNEMONIC_WRMSR, select_guarded<&write_msr>, "WRMSR", Model::pentium,
                "SDM vol. 2, WRMSR"},
};

}  // namespace

std::span<const Instruction> system_instructions() {
    return table;
}

Selection select_move_system(const Decoded& d, std::uint32_t) {
    const auto is = [&d](unsigned index, ZydisRegisterClass kind) {
        return ZydisRegisterGetClass(d.operand(index).reg.value) == kind;
    };
    const auto number = [&d](unsigned index) {
        return static_cast<unsigned>(ZydisRegisterGetId(d.operand(index).reg.value));
    };
    if (is(0, ZYDIS_REGCLASS_CONTROL)) {
        return select_load_control(number(0));
    }
    if (is(1, ZYDIS_REGCLASS_CONTROL)) {
        return select_store_control(number(1));
    }
    if (is(0, ZYDIS_REGCLASS_DEBUG)) {
        return handled<&load_debug, true>();
    }
    if (is(1, ZYDIS_REGCLASS_DEBUG)) {
        return handled<&store_debug, true>();
    }
    return {};
}

const Op* coprocessor_escape(Cpu& cpu, const Op* op) {
    cpu.at = op;
    if ((cpu.cr0 & (cr0::em | cr0::ts)) != 0) {
        throw Fault{Vector::device_not_available, 0, {}};
    }
    throw FeatureNotBuilt{"x87"};
}

}  // namespace ringside::cpu
