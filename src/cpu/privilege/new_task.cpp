// SPDX-License-Identifier: MIT
#include "cpu/privilege/new_task.hpp"

#include "cpu/privilege/virtual_8086.hpp"
#include "cpu/segments/descriptor_table.hpp"
#include "cpu/segments/segment_load.hpp"

namespace ringside::cpu {
namespace {

void load_ldt(Cpu& cpu, std::uint32_t ext) {
    const Selector selector = cpu.ldtr.selector;
    if (selector.is_null()) {
        return;
    }
    if (selector.table() == TableIndicator::ldt) {
        throw selector_fault(Vector::invalid_tss, selector, ext);
    }
    const Descriptor d = read_descriptor(cpu, selector, Vector::invalid_tss, ext).descriptor;
    if (!d.is_system() || d.system_type() != SystemType::ldt || !d.present()) {
        throw selector_fault(Vector::invalid_tss, selector, ext);
    }
    cpu.ldtr = {selector, {d.base()}, d.limit(), SystemType::ldt, true};
}

void load_code(Cpu& cpu, std::uint32_t ext) {
    Segment& cs = cpu.segment(SegmentRegister::cs);
    const Selector selector = cs.selector;
    TableEntry entry = read_descriptor(cpu, selector, Vector::invalid_tss, ext);
    const Descriptor d = entry.descriptor;
    const bool fits = d.conforming() ? d.dpl() <= selector.rpl() : d.dpl() == selector.rpl();
    if (!d.is_code() || !fits) {
        throw selector_fault(Vector::invalid_tss, selector, ext);
    }
    if (!d.present()) {
        throw selector_fault(Vector::segment_not_present, selector, ext);
    }
    mark_accessed(cpu, entry);
    cs.load(selector, entry.descriptor);
}

}  // namespace

void load_task_registers(Cpu& cpu, const TaskState& state) {
    cpu.cr0 |= cr0::ts;
    cpu.dr7 &= ~dr7::local_enables;
    if ((cpu.cr0 & cr0::pg) != 0 && is_tss32(cpu.tr)) {
        cpu.cr3 = state.cr3;
        cpu.mmu.load_directory(PhysicalAddress{cpu.cr3 & mmu::entry::frame});
    }
    cpu.eip = state.eip;
    cpu.set_eflags(state.eflags & (cpu.known_eflags | flag::vm));
    for (std::uint32_t i = 0; i < state.general.size(); ++i) {
        cpu.registers[static_cast<GeneralRegister>(i)] = state.general.at(i);
    }
    for (std::uint32_t i = 0; i < segment_registers; ++i) {
        cpu.segments.at(i) = Segment::null(state.segments.at(i));
    }
    cpu.ldtr = {state.ldt, {}, 0, SystemType::ldt, false};
    const bool v86 = cpu.virtual_8086();
    if (v86) {
        load_virtual_8086_segments(cpu, state.segments);
    }
    cpu.cpl = v86 ? 3 : cpu.segment(SegmentRegister::cs).selector.rpl();
    cpu.context_changed();
}

void load_task_segments(Cpu& cpu, std::uint32_t ext) {
    const LoadFaults faults{Vector::invalid_tss, ext};
    load_ldt(cpu, ext);
    if (cpu.virtual_8086()) {
        return;
    }
    load_code(cpu, ext);
    Segment& ss = cpu.segment(SegmentRegister::ss);
    stack_segment(cpu, ss.selector, cpu.cpl, faults).load_into(ss);
    for (const SegmentRegister r :
         {SegmentRegister::es, SegmentRegister::ds, SegmentRegister::fs, SegmentRegister::gs}) {
        data_segment(cpu, cpu.segment(r).selector, cpu.cpl, faults).load_into(cpu.segment(r));
    }
}

}  // namespace ringside::cpu
