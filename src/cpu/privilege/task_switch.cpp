// SPDX-License-Identifier: MIT
#include "cpu/privilege/task_switch.hpp"

#include "cpu/privilege/frame.hpp"
#include "cpu/privilege/interrupt.hpp"
#include "cpu/privilege/new_task.hpp"
#include "cpu/segments/descriptor_table.hpp"
#include "cpu/segments/segment_load.hpp"
#include "cpu/segments/task_state.hpp"
#include "cpu/timing/clock_table.hpp"

namespace ringside::cpu {
namespace {

constexpr std::uint32_t back_link = 0;
constexpr auto system_rights = mmu::Privilege::supervisor;

/// The TSS to go to, checked as far as its descriptor goes.
TableEntry checked_task(Cpu& cpu, const TaskEntry& in) {
    const bool returned = in.nesting == Nesting::returned;
    const Vector invalid = returned ? Vector::invalid_tss : Vector::general_protection;
    if (in.tss.table() == TableIndicator::ldt) {
        throw selector_fault(invalid, in.tss, in.ext);
    }
    const TableEntry entry = read_descriptor(cpu, in.tss, invalid, in.ext);
    const Descriptor d = entry.descriptor;
    const SystemType type = d.system_type();
    if (!d.is_system() || !is_tss(type) || is_busy_tss(type) != returned) {
        throw selector_fault(invalid, in.tss, in.ext);
    }
    if (!d.present()) {
        throw selector_fault(Vector::segment_not_present, in.tss, in.ext);
    }
    if (d.limit() < task_layout(type).least_limit) {
        throw selector_fault(Vector::invalid_tss, in.tss, in.ext);
    }
    return entry;
}

/// The current task's descriptor in the GDT, to take its busy bit away.
TableEntry current_task(Cpu& cpu) {
    const LinearAddress address = cpu.gdtr.base + cpu.tr.selector.offset();
    return {Descriptor{cpu.read_system<std::uint64_t>(address)}, address};
}

/// Whatever page the switch will touch must be there before anything is written.
void probe_tasks(Cpu& cpu, const TaskEntry& in, const TableEntry& old, const TableEntry& next) {
    const TaskLayout& saved = task_layout(cpu.tr.type);
    const LinearAddress base{next.descriptor.base()};
    cpu.probe(base, task_layout(next.descriptor.system_type()).least_limit + 1, mmu::Access::read,
              system_rights);
    cpu.probe(cpu.tr.base + saved.eip, saved_bytes(saved), mmu::Access::write, system_rights);
    if (in.nesting == Nesting::nested) {
        cpu.probe(base + back_link, 2, mmu::Access::write, system_rights);
    } else {
        cpu.probe(old.address + 5, 1, mmu::Access::write, system_rights);
    }
    if (in.nesting != Nesting::returned) {
        cpu.probe(next.address + 5, 1, mmu::Access::write, system_rights);
    }
}

void save_task(Cpu& cpu, const TaskEntry& in) {
    TaskState state;
    state.eip = in.return_eip;
    state.eflags = in.nesting == Nesting::returned ? in.eflags & ~flag::nt : in.eflags;
    for (std::uint32_t i = 0; i < state.general.size(); ++i) {
        state.general.at(i) = cpu.registers[static_cast<GeneralRegister>(i)];
    }
    for (std::uint32_t i = 0; i < segment_registers; ++i) {
        state.segments.at(i) = cpu.segments.at(i).selector;
    }
    write_task_state(cpu, cpu.tr.base, cpu.tr.type, state);
}

timing::Task kind_of_task(SystemType type, std::uint32_t eflags) {
    if (!is_tss32(type)) {
        return timing::Task::tss286;
    }
    return (eflags & flag::vm) != 0 ? timing::Task::tss386_v86 : timing::Task::tss386;
}

void push_error_code(Cpu& cpu, std::uint32_t error_code, std::uint32_t ext) {
    Frame frame;
    frame.push(error_code);
    set_stack_pointer(
        cpu, frame.write(cpu, cpu.segment(SegmentRegister::ss), cpu.registers[GeneralRegister::esp],
                         is_tss32(cpu.tr), cpu.privilege(), ext));
}

}  // namespace

void switch_task(Cpu& cpu, const TaskEntry& in, Watched& watched) {
    TableEntry next = checked_task(cpu, in);
    const TaskLayout& saved = task_layout(cpu.tr.type);
    if (!cpu.tr.valid || cpu.tr.limit < saved.eip + saved_bytes(saved) - 1) {
        throw selector_fault(Vector::invalid_tss, cpu.tr.selector, in.ext);
    }
    TableEntry old = current_task(cpu);
    probe_tasks(cpu, in, old, next);

    const LinearAddress base{next.descriptor.base()};
    if (in.nesting != Nesting::nested) {
        mark_available(cpu, old);
    }
    save_task(cpu, in);
    if (in.nesting == Nesting::nested) {
        cpu.write_system<std::uint16_t>(base + back_link, cpu.tr.selector.value());
    }
    if (in.nesting != Nesting::returned) {
        mark_busy(cpu, next);
    }
    const timing::Task from = kind_of_task(cpu.tr.type, cpu.eflags());
    cpu.tr = {in.tss, base, next.descriptor.limit(), next.descriptor.system_type(), true};
    TaskState state = read_task_state(cpu, base, cpu.tr.type);
    if (in.nesting == Nesting::nested) {
        state.eflags |= flag::nt;
    }
    const timing::Task to = kind_of_task(cpu.tr.type, state.eflags);

    // From here on nothing of the old task is needed: faults belong to the new one.
    cpu.at = nullptr;
    cpu.clock += in.ticks;
    cpu.clock += cpu.clocks.task_switch(from, to, in.nesting == Nesting::returned).ticks;
    cpu.trap_suppressed = true;
    load_task_registers(cpu, state);
    try {
        load_task_segments(cpu, in.ext);
        cpu.context_changed();
        if (in.error_code != nullptr) {
            push_error_code(cpu, *in.error_code, in.ext);
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
    if (state.trap) {
        deliver(cpu, Event::debug(dr6::task_switch));
    }
}

}  // namespace ringside::cpu
