// SPDX-License-Identifier: MIT
#include "trace/gate.hpp"

#include "cpu/segments/descriptor.hpp"

namespace ringside::trace {
namespace {

/// What the IDT, or in real mode the interrupt vector table, says of a vector.
void read_gate(const guest::Machine& machine, cpu::Vector vector, Gate& gate) {
    const cpu::Cpu& cpu = machine.cpu();
    const auto number = static_cast<std::uint32_t>(vector);
    if (!cpu.protected_mode()) {
        gate.entry = cpu.idtr.base + 4 * number;
        gate.type = "vector";
        gate.offset = machine.peek<std::uint16_t>(gate.entry).value_or(0);
        gate.selector = cpu::Selector{machine.peek<std::uint16_t>(gate.entry + 2).value_or(0)};
        return;
    }
    gate.entry = cpu.idtr.base + 8 * number;
    const auto low = machine.peek<std::uint32_t>(gate.entry);
    const auto high = machine.peek<std::uint32_t>(gate.entry + 4);
    if (low && high) {
        const cpu::Descriptor descriptor(*low, *high);
        gate.selector = descriptor.gate_selector();
        gate.offset = descriptor.gate_offset();
        gate.type = cpu::type_name(descriptor);
        gate.dpl = descriptor.dpl();
    }
}

}  // namespace

Gate gate_of(const guest::Machine& machine, const cpu::Transition& entry) {
    const cpu::Cpu& cpu = machine.cpu();
    Gate gate;
    if (entry.kind == cpu::TransitionKind::sysenter) {
        gate.door = Door::sysenter;
        gate.selector = cpu::Selector{static_cast<std::uint16_t>(cpu.sysenter_cs)};
        gate.offset = cpu.sysenter_eip;
        gate.stack = cpu.sysenter_esp;
        gate.stack_selector = entry.after.ss;
        gate.switches_stack = true;
    } else if (entry.kind == cpu::TransitionKind::gate_call ||
               entry.kind == cpu::TransitionKind::task_call) {
        gate.door = Door::far_call;
        gate.selector = entry.after.cs;
        gate.offset = entry.after.eip;
        gate.type = entry.kind == cpu::TransitionKind::gate_call ? "call gate" : "task";
        gate.stack = entry.after.esp;
        gate.stack_selector = entry.after.ss;
        gate.switches_stack = true;
    } else {
        read_gate(machine, entry.vector, gate);
        gate.switches_stack = entry.after.cpl() < entry.before.cpl();
        // The TSS as it is after the switch; the CPU has not changed it on the way.
        const std::uint32_t slot = 4 + 8 * entry.after.cpl();
        gate.stack_slot = cpu.tr.base + slot;
        gate.stack = machine.peek<std::uint32_t>(*gate.stack_slot).value_or(0);
        gate.stack_selector =
            cpu::Selector{machine.peek<std::uint16_t>(cpu.tr.base + slot + 4).value_or(0)};
    }
    return gate;
}

}  // namespace ringside::trace
