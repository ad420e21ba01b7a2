// SPDX-License-Identifier: MIT
#include "cpu/privilege/task_switch.hpp"

#include <array>

#include "cpu/privilege/frame.hpp"
#include "cpu/privilege/interrupt.hpp"
#include "cpu/segments/descriptor_table.hpp"
#include "cpu/segments/segment_load.hpp"
#include "cpu/segments/task_state.hpp"
#include "cpu/timing/clock_table.hpp"

namespace ringside::cpu {
namespace {

/// The dwords of a TSS up to the one with the T bit.
using TaskImage = std::array<std::uint32_t, tss32::trap / 4 + 1>;

std::uint32_t at(const TaskImage& image, std::uint32_t offset) {
    return image.at(offset / 4);
}

Selector selector_at(const TaskImage& image, std::uint32_t offset) {
    return Selector{static_cast<std::uint16_t>(at(image, offset))};
}

TableEntry available_task(Cpu& cpu, Selector selector, std::uint32_t ext) {
    if (selector.table() == TableIndicator::ldt) {
        throw selector_fault(Vector::general_protection, selector, ext);
    }
    const TableEntry entry = read_descriptor(cpu, selector, Vector::general_protection, ext);
    const Descriptor d = entry.descriptor;
    const bool available = d.is_system() && (d.system_type() == SystemType::tss32_available ||
                                             d.system_type() == SystemType::tss16_available);
    if (!available) {
        throw selector_fault(Vector::general_protection, selector, ext);
    }
    if (!d.present()) {
        throw selector_fault(Vector::segment_not_present, selector, ext);
    }
    if (d.system_type() == SystemType::tss16_available) {
        throw FeatureNotBuilt{"task switch to a 16-bit TSS"};
    }
    if (d.limit() < tss32::least_limit) {
        throw selector_fault(Vector::invalid_tss, selector, ext);
    }
    return entry;
}

void check_current_task(Cpu& cpu, std::uint32_t ext) {
    if (!cpu.tr.valid || cpu.tr.limit < tss32::ldt - 1) {
        throw selector_fault(Vector::invalid_tss, cpu.tr.selector, ext);
    }
    if (!is_tss32(cpu.tr)) {
        throw FeatureNotBuilt{"task switch from a 16-bit TSS"};
    }
}

TaskImage read_task(Cpu& cpu, LinearAddress base) {
    TaskImage image{};
    for (std::uint32_t i = 0; i < image.size(); ++i) {
        image.at(i) = cpu.read_system<std::uint32_t>(base + i * 4);
    }
    return image;
}

void save_task(Cpu& cpu, const TaskEntry& in) {
    const LinearAddress base = cpu.tr.base;
    cpu.write_system<std::uint32_t>(base + tss32::eip, in.return_eip);
    cpu.write_system<std::uint32_t>(base + tss32::eflags, in.eflags);
    for (std::uint32_t i = 0; i < 8; ++i) {
        cpu.write_system<std::uint32_t>(base + tss32::general + i * 4,
                                        cpu.registers[static_cast<GeneralRegister>(i)]);
    }
    for (std::uint32_t i = 0; i < segment_registers; ++i) {
        cpu.write_system<std::uint16_t>(base + tss32::segments + i * 4,
                                        cpu.segments.at(i).selector.value());
    }
}

/// The registers of the new task; its segments have their selectors but are not usable yet.
void load_registers(Cpu& cpu, const TaskImage& image) {
    cpu.cr0 |= cr0::ts;
    // The local breakpoints are the old task's.
    cpu.dr7 &= ~0x155U;
    if ((cpu.cr0 & cr0::pg) != 0) {
        cpu.cr3 = at(image, tss32::cr3);
        cpu.mmu.load_directory(PhysicalAddress{cpu.cr3 & mmu::entry::frame});
    }
    cpu.eip = at(image, tss32::eip);
    cpu.set_eflags((at(image, tss32::eflags) & known_eflags(cpu.model)) | flag::nt);
    for (std::uint32_t i = 0; i < 8; ++i) {
        cpu.registers[static_cast<GeneralRegister>(i)] = at(image, tss32::general + i * 4);
    }
    for (std::uint32_t i = 0; i < segment_registers; ++i) {
        cpu.segments.at(i) = Segment::null(selector_at(image, tss32::segments + i * 4));
    }
    cpu.ldtr = {selector_at(image, tss32::ldt), {}, 0, SystemType::ldt, false};
    cpu.cpl = cpu.segment(SegmentRegister::cs).selector.rpl();
    cpu.context_changed();
}

void load_task_ldt(Cpu& cpu, std::uint32_t ext) {
    const Selector selector = cpu.ldtr.selector;
    if (selector.is_null()) {
        return;
    }
    const Fault invalid = selector_fault(Vector::invalid_tss, selector, ext);
    if (selector.table() == TableIndicator::ldt) {
        throw Fault{invalid};
    }
    const TableEntry entry = read_descriptor(cpu, selector, Vector::invalid_tss, ext);
    const Descriptor d = entry.descriptor;
    if (!d.is_system() || d.system_type() != SystemType::ldt || !d.present()) {
        throw Fault{invalid};
    }
    cpu.ldtr = {selector, {d.base()}, d.limit(), SystemType::ldt, true};
}

void load_task_code(Cpu& cpu, std::uint32_t ext) {
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

void load_segments(Cpu& cpu, std::uint32_t ext) {
    const LoadFaults faults{Vector::invalid_tss, ext};
    load_task_ldt(cpu, ext);
    load_task_code(cpu, ext);
    Segment& ss = cpu.segment(SegmentRegister::ss);
    stack_segment(cpu, ss.selector, cpu.cpl, faults).load_into(ss);
    for (const SegmentRegister r :
         {SegmentRegister::es, SegmentRegister::ds, SegmentRegister::fs, SegmentRegister::gs}) {
        data_segment(cpu, cpu.segment(r).selector, cpu.cpl, faults).load_into(cpu.segment(r));
    }
}

void push_error_code(Cpu& cpu, const TaskEntry& in) {
    Frame frame;
    frame.push(*in.error_code);
    set_stack_pointer(
        cpu, frame.write(cpu, cpu.segment(SegmentRegister::ss), cpu.registers[GeneralRegister::esp],
                         true, cpu.privilege(), in.ext));
}

}  // namespace

void switch_task(Cpu& cpu, const TaskEntry& in, Watched& watched) {
    TableEntry entry = available_task(cpu, in.tss, in.ext);
    check_current_task(cpu, in.ext);
    const LinearAddress base{entry.descriptor.base()};
    const TaskImage image = read_task(cpu, base);
    if ((at(image, tss32::eflags) & flag::vm) != 0) {
        throw FeatureNotBuilt{"task switch to virtual 8086 mode"};
    }
    constexpr auto rights = mmu::Privilege::supervisor;
    cpu.probe(cpu.tr.base + tss32::eip, tss32::ldt - tss32::eip, mmu::Access::write, rights);
    cpu.probe(base + tss32::back_link, 2, mmu::Access::write, rights);
    mark_busy(cpu, entry);

    // From here on nothing of the old task is needed: faults belong to the new one.
    save_task(cpu, in);
    cpu.write_system<std::uint16_t>(base + tss32::back_link, cpu.tr.selector.value());
    cpu.tr = {in.tss, base, entry.descriptor.limit(), SystemType::tss32_busy, true};
    cpu.at = nullptr;
    cpu.clock += in.ticks;
    cpu.clock += cpu.clocks.task_switch(timing::Task::tss386, timing::Task::tss386).ticks;
    cpu.trap_suppressed = true;
    load_registers(cpu, image);
    try {
        load_segments(cpu, in.ext);
        cpu.context_changed();
        if (in.error_code != nullptr) {
            push_error_code(cpu, in);
        }
        if (cpu.eip > cpu.segment(SegmentRegister::cs).highest) {
            throw Fault::gp(in.ext);
        }
    } catch (const Fault&) {
        cpu.context_changed();
        watched.finish(cpu);
        throw;
    }
    watched.finish(cpu);
    if ((at(image, tss32::trap) & 1U) != 0) {
        cpu.dr6 |= dr6::task_switch;
        deliver(cpu, Event::trap(Vector::debug));
    }
}

}  // namespace ringside::cpu
