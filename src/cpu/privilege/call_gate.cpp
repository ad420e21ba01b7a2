// SPDX-License-Identifier: MIT
#include "cpu/privilege/call_gate.hpp"

#include <algorithm>
#include <array>
#include <span>

#include "cpu/dispatch.hpp"
#include "cpu/privilege/frame.hpp"
#include "cpu/privilege/inner_stack.hpp"
#include "cpu/privilege/watched.hpp"
#include "cpu/run_time_clocks.hpp"
#include "cpu/segments/descriptor_table.hpp"
#include "cpu/timing/clock_table.hpp"

namespace ringside::cpu {
namespace {

using timing::Path;

constexpr auto gp = Vector::general_protection;
/// SS, ESP, 31 parameters, CS and EIP.
constexpr std::size_t longest_frame = 35;

/// Where a gate leads.
struct Entry {
    TableEntry code;
    Selector selector;
    std::uint32_t eip = 0;
    bool wide = false;
    unsigned parameters = 0;

    /// A nonconforming segment of an inner ring.
    [[nodiscard]] bool inner(const Cpu& cpu) const {
        return !code.descriptor.conforming() && code.descriptor.dpl() < cpu.cpl;
    }
    void check_limit() const {
        if (eip > code.descriptor.limit()) {
            throw Fault::gp(0);
        }
    }
};

Entry checked_entry(Cpu& cpu, const FarTarget& to) {
    const Descriptor gate = to.descriptor;
    if (gate.dpl() < std::max(cpu.cpl, to.selector.rpl())) {
        throw selector_fault(gp, to.selector);
    }
    if (!gate.present()) {
        throw selector_fault(Vector::segment_not_present, to.selector);
    }
    const bool wide = gate.system_type() == SystemType::call_gate32;
    const Selector selector = gate.gate_selector();
    const Entry entry{read_descriptor(cpu, selector, gp), selector,
                      wide ? gate.gate_offset() : gate.gate_offset() & 0xFFFFU, wide,
                      gate.gate_parameters()};
    const Descriptor code = entry.code.descriptor;
    // JMP does not change the privilege, so an inner ring must be conforming for it.
    const bool allowed = code.is_code() && code.dpl() <= cpu.cpl && (to.call || !entry.inner(cpu));
    if (!allowed) {
        throw selector_fault(gp, selector);
    }
    if (!code.present()) {
        throw selector_fault(Vector::segment_not_present, selector);
    }
    return entry;
}

void arrive(Cpu& cpu, const Op* op, const Entry& entry, Path path) {
    cpu.segment(SegmentRegister::cs).load(entry.selector.with_rpl(cpu.cpl), entry.code.descriptor);
    cpu.eip = entry.eip;
    cpu.context_changed();
    cpu.clock += op->clocks;
    charge_path(cpu, cpu.clocks.transition(path, entry.parameters));
}

/// The parameters on the caller's stack in the order of pushing, the topmost last.
void read_parameters(Cpu& cpu, const Entry& entry, std::span<std::uint32_t> parameters) {
    if (entry.wide) {
        read_stack<std::uint32_t>(cpu, 0, parameters);
    } else {
        read_stack<std::uint16_t>(cpu, 0, parameters);
    }
    std::reverse(parameters.begin(), parameters.end());
}

void call_same_ring(Cpu& cpu, const Op* op, Entry& entry, Path path) {
    const Segment& ss = cpu.segment(SegmentRegister::ss);
    const std::uint32_t esp = cpu.registers[GeneralRegister::esp];
    Frame frame;
    frame.push(cpu.segment(SegmentRegister::cs).selector.value());
    frame.push(cpu.eip_of(op) + op->length);
    frame.require_room(ss, esp, entry.wide, 0);
    entry.check_limit();
    mark_accessed(cpu, entry.code);
    set_stack_pointer(cpu, frame.write(cpu, ss, esp, entry.wide, cpu.privilege(), 0));
    arrive(cpu, op, entry, path);
}

void call_inner_ring(Cpu& cpu, const Op* op, Entry& entry, Path path) {
    const unsigned ring = entry.code.descriptor.dpl();
    const InnerStack inside = inner_stack(cpu, ring, 0);
    Segment stack;
    inside.segment.load_into(stack);
    const std::uint32_t no_room = inside.segment.selector.error_code();
    if (!has_room(stack, inside.pointer, 4 + entry.parameters, entry.wide)) {
        throw Fault::ss(no_room);
    }
    entry.check_limit();
    mark_accessed(cpu, entry.code);

    Segment& ss = cpu.segment(SegmentRegister::ss);
    std::uint32_t& esp = cpu.registers[GeneralRegister::esp];
    std::array<std::uint32_t, longest_frame> values{};
    const auto frame = std::span(values).first(4 + entry.parameters);
    frame[0] = ss.selector.value();
    frame[1] = esp;
    read_parameters(cpu, entry, frame.subspan(2, entry.parameters));
    frame[frame.size() - 2] = cpu.segment(SegmentRegister::cs).selector.value();
    frame[frame.size() - 1] = cpu.eip_of(op) + op->length;
    // Ring 3 is never an inner one.
    const std::uint32_t top = write_frame(cpu, stack, inside.pointer, frame, entry.wide,
                                          mmu::Privilege::supervisor, no_room);

    Watched watched(cpu, TransitionKind::gate_call, op);
    inside.segment.load_into(ss);
    esp = inside.pointer;
    set_stack_pointer(cpu, top);
    cpu.cpl = ring;
    arrive(cpu, op, entry, path);
    watched.finish(cpu);
}

}  // namespace

void through_call_gate(Cpu& cpu, const Op* op, const FarTarget& to) {
    Entry entry = checked_entry(cpu, to);
    if (!to.call) {
        entry.check_limit();
        mark_accessed(cpu, entry.code);
        arrive(cpu, op, entry, to.indirect ? Path::jmp_indirect_gate_same : Path::jmp_gate_same);
    } else if (entry.inner(cpu)) {
        call_inner_ring(cpu, op, entry,
                        to.indirect ? Path::call_indirect_gate_inner : Path::call_gate_inner);
    } else {
        call_same_ring(cpu, op, entry,
                       to.indirect ? Path::call_indirect_gate_same : Path::call_gate_same);
    }
}

}  // namespace ringside::cpu
