// SPDX-License-Identifier: MIT
#include "cpu/privilege/task_transfer.hpp"

#include <algorithm>

#include "cpu/privilege/task_switch.hpp"
#include "cpu/privilege/watched.hpp"
#include "cpu/segments/descriptor_table.hpp"
#include "cpu/timing/clock_table.hpp"

namespace ringside::cpu {
namespace {

using timing::Path;

Path path_of(const FarTarget& to, bool gate) {
    if (to.call) {
        if (gate) {
            return to.indirect ? Path::call_indirect_task_gate : Path::call_task_gate;
        }
        return to.indirect ? Path::call_indirect_tss : Path::call_tss;
    }
    if (gate) {
        return to.indirect ? Path::jmp_indirect_task_gate : Path::jmp_task_gate;
    }
    return to.indirect ? Path::jmp_indirect_tss : Path::jmp_tss;
}

TaskEntry leave_by(const Cpu& cpu, const Op* op, Path path) {
    TaskEntry entry;
    entry.return_eip = cpu.eip_of(op) + op->length;
    entry.eflags = cpu.eflags() & ~flag::rf;
    entry.ticks = op->clocks + cpu.clocks.transition(path).ticks;
    return entry;
}

}  // namespace

void transfer_to_task(Cpu& cpu, const Op* op, const FarTarget& to) {
    const Descriptor d = to.descriptor;
    if (d.dpl() < std::max(cpu.cpl, to.selector.rpl())) {
        throw selector_fault(Vector::general_protection, to.selector);
    }
    const bool gate = d.system_type() == SystemType::task_gate;
    if (gate && !d.present()) {
        throw selector_fault(Vector::segment_not_present, to.selector);
    }
    TaskEntry entry = leave_by(cpu, op, path_of(to, gate));
    entry.tss = gate ? d.gate_selector() : to.selector;
    entry.nesting = to.call ? Nesting::nested : Nesting::none;
    Watched watched(cpu, to.call ? TransitionKind::task_call : TransitionKind::task_jump, op);
    switch_task(cpu, entry, watched);
}

void return_to_task(Cpu& cpu, const Op* op) {
    TaskEntry entry = leave_by(cpu, op, Path::iret_task);
    entry.tss = Selector{cpu.read_system<std::uint16_t>(cpu.tr.base)};
    entry.nesting = Nesting::returned;
    Watched watched(cpu, TransitionKind::task_return, op);
    switch_task(cpu, entry, watched);
}

}  // namespace ringside::cpu
