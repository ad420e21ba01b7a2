// SPDX-License-Identifier: MIT
#include "cpu/privilege/interrupt.hpp"

#include "cpu/context.hpp"
#include "cpu/dispatch.hpp"
#include "cpu/memory_model/memory_model.hpp"
#include "cpu/privilege/frame.hpp"
#include "cpu/privilege/inner_stack.hpp"
#include "cpu/privilege/real_mode.hpp"
#include "cpu/privilege/task_switch.hpp"
#include "cpu/privilege/usual_path.hpp"
#include "cpu/privilege/virtual_8086.hpp"
#include "cpu/privilege/watched.hpp"
#include "cpu/run_time_clocks.hpp"
#include "cpu/segments/descriptor_table.hpp"
#include "cpu/timing/clock_table.hpp"
#include "cpu/timing/pipeline.hpp"

namespace ringside::cpu {
namespace {

using timing::Cause;
using timing::Route;

Cause cause_of(const Event& event) {
    switch (event.source) {
        case Event::Source::software: return Cause::int_n;
        case Event::Source::int1: return Cause::int3;
        case Event::Source::breakpoint_like:
            return event.vector == Vector::overflow ? Cause::into : Cause::int3;
        case Event::Source::hardware:
            return event.vector == Vector::nmi ? Cause::nmi : Cause::external_interrupt;
        case Event::Source::trap: return Cause::without_error_code;
        case Event::Source::fault: break;
    }
    if (event.vector == Vector::page_fault) {
        return Cause::page_fault;
    }
    if (event.vector == Vector::bound_range) {
        return Cause::bound;
    }
    return pushes_error_code(event.vector) ? Cause::with_error_code : Cause::without_error_code;
}

TransitionKind kind_of(const Event& event) {
    if (event.is_software()) {
        return TransitionKind::software_interrupt;
    }
    return event.source == Event::Source::hardware ? TransitionKind::hardware_interrupt
                                                   : TransitionKind::exception;
}

/// Faults about the gate itself: the error code is its place in the IDT, with the IDT bit.
Fault gate_fault(Vector vector, const Event& event) {
    return {vector, static_cast<std::uint32_t>(event.vector) * 8 + 2 + event.external_bit(), {}};
}

bool is_interrupt_descriptor(Descriptor d) {
    if (!d.is_system()) {
        return false;
    }
    switch (d.type()) {
        case 5:
        case 6:
        case 7:
        case 14:
        case 15: return true;
        default: return false;
    }
}

/// The gate of an event, checked as far as the gate alone goes (SDM vol. 2, INT n).
Descriptor read_gate(Cpu& cpu, const Event& event) {
    const std::uint32_t offset = static_cast<std::uint32_t>(event.vector) * 8;
    if (offset + 7 > cpu.idtr.limit) [[unlikely]] {
        throw gate_fault(Vector::general_protection, event);
    }
    const Descriptor gate{cpu.read_system<std::uint64_t>(cpu.idtr.base + offset)};
    const bool forbidden = event.is_software() && gate.dpl() < cpu.cpl;
    // Nearly always: present, and a 32-bit interrupt or trap gate.
    if ((gate.rights() & 0x9FU & ~1U) == 0x8EU && !forbidden) [[likely]] {
        return gate;
    }
    if (!is_interrupt_descriptor(gate) || forbidden) [[unlikely]] {
        throw gate_fault(Vector::general_protection, event);
    }
    if (!gate.present()) [[unlikely]] {
        throw gate_fault(Vector::segment_not_present, event);
    }
    return gate;
}

/// Through an interrupt or trap gate. All checks and pushes come before the first change.
Route through_gate(Cpu& cpu, const Event& event, Descriptor gate, std::uint32_t return_eip) {
    const std::uint32_t ext = event.external_bit();
    const Selector selector = gate.gate_selector();
    TableEntry entry = read_descriptor(cpu, selector, Vector::general_protection, ext);
    const Descriptor code = entry.descriptor;
    if (!code.is_code() || code.dpl() > cpu.cpl) [[unlikely]] {
        throw selector_fault(Vector::general_protection, selector, ext);
    }
    if (!code.present()) [[unlikely]] {
        throw selector_fault(Vector::segment_not_present, selector, ext);
    }
    const bool from_virtual_8086 = cpu.virtual_8086();
    if (from_virtual_8086) [[unlikely]] {
        check_virtual_8086_handler(selector, code, ext);
    }
    const bool wide = (gate.type() & 8) != 0;
    const std::uint32_t target = wide ? gate.gate_offset() : gate.gate_offset() & 0xFFFFU;
    const bool inner = !code.conforming() && code.dpl() < cpu.cpl;
    const unsigned new_cpl = inner ? code.dpl() : cpu.cpl;

    Segment& ss = cpu.segment(SegmentRegister::ss);
    Segment& cs = cpu.segment(SegmentRegister::cs);
    std::uint32_t& esp = cpu.registers[GeneralRegister::esp];
    Frame frame;
    InnerStack inside;
    if (inner) {
        inside = inner_stack(cpu, new_cpl, ext);
        if (from_virtual_8086) [[unlikely]] {
            push_data_segments(cpu, frame);
        }
        frame.push(ss.selector.value());
        frame.push(esp);
    }
    frame.push(eflags_image(cpu, event));
    frame.push(cs.selector.value());
    frame.push(return_eip);
    if (event.has_error_code()) {
        frame.push(event.error_code);
    }
    if (target > code.limit()) [[unlikely]] {
        // Room on the stack is asked for before (SDM vol. 2, INT n, operation).
        Segment stack = ss;
        if (inner) {
            inside.segment.load_into(stack);
        }
        frame.require_room(stack, inner ? inside.pointer : esp, wide,
                           inside.segment.selector.error_code() | ext);
        throw Fault::gp(ext);
    }
    mark_accessed(cpu, entry);
    const auto rights = new_cpl == 3 ? mmu::Privilege::user : mmu::Privilege::supervisor;
    if (inner) {
        const std::uint32_t no_room = inside.segment.selector.error_code() | ext;
        const std::uint32_t top =
            frame.write(cpu, inside.segment, inside.pointer, wide, rights, no_room);
        inside.segment.load_into(ss);
        esp = inside.pointer;
        set_stack_pointer(cpu, top);
    } else {
        set_stack_pointer(cpu, frame.write(cpu, ss, esp, wide, rights, ext));
    }
    if (from_virtual_8086) [[unlikely]] {
        clear_data_segments(cpu);
    }
    cs.load(selector.with_rpl(new_cpl), entry.descriptor);
    cpu.eip = target;
    std::uint32_t cleared = flag::tf | flag::nt | flag::rf | flag::vm;
    if ((gate.type() & 1) == 0) {
        cleared |= flag::intf;
    }
    cpu.system_flags &= ~cleared;
    cpu.cpl = new_cpl;
    cpu.enter_context();
    if (from_virtual_8086) [[unlikely]] {
        return Route::v86;
    }
    return inner ? Route::inner : Route::same;
}

/// The handler is entered: the clocks of the way there.
void arrive(Cpu& cpu, const Event& event, Route route, std::uint64_t block_ticks) {
    cpu.clock += block_ticks;
    charge_path(cpu, cpu.clocks.path_cost(cause_of(event), route));
    cpu.trap_suppressed = true;
}

void take_in_real_mode(Cpu& cpu, const Event& event, const Op* op, std::uint64_t block_ticks,
                       std::uint32_t return_eip) {
    Watched watched(cpu, kind_of(event), op);
    if (Transition* record = watched.record()) {
        record->vector = event.vector;
    }
    take_through_table(cpu, event, return_eip);
    arrive(cpu, event, Route::real, block_ticks);
    watched.finish(cpu);
}

/// Takes the event all the way, or throws the fault that is in the way.
void take(Cpu& cpu, const Event& event, const Op* op, std::uint64_t block_ticks) {
    const std::uint32_t return_eip = op == nullptr ? cpu.eip : cpu.eip_of(op) + op->length;
    if (enter_usual_way(cpu, event, return_eip)) [[likely]] {
        arrive(cpu, event, Route::inner, block_ticks);
        return;
    }
    if (cpu.real_mode()) [[unlikely]] {
        return take_in_real_mode(cpu, event, op, block_ticks, return_eip);
    }
    if (cpu.virtual_8086() && event.source == Event::Source::software) [[unlikely]] {
        require_virtual_8086_iopl(cpu);
    }
    const Descriptor gate = read_gate(cpu, event);
    if (gate.system_type() == SystemType::task_gate) [[unlikely]] {
        Watched watched(cpu, TransitionKind::task_switch, op);
        if (Transition* record = watched.record()) {
            record->vector = event.vector;
            record->has_error_code = event.has_error_code();
            record->error_code = event.has_error_code() ? event.error_code : 0;
        }
        const Route route = cpu.virtual_8086() ? Route::v86_task_gate : Route::task_gate;
        const timing::PathCost path = cpu.clocks.transition(cause_of(event), route);
        switch_task(cpu,
                    {gate.gate_selector(), Nesting::nested, return_eip, eflags_image(cpu, event),
                     event.external_bit(), block_ticks + path.ticks,
                     event.has_error_code() ? &event.error_code : nullptr},
                    watched);
        if (path.noted) {
            cpu.assumed_figures += path.assumed ? 1U : 0U;
        }
        return;
    }
    Watched watched(cpu, kind_of(event), op);
    if (Transition* record = watched.record()) [[unlikely]] {
        record->vector = event.vector;
        record->has_error_code = event.has_error_code();
        record->error_code = event.has_error_code() ? event.error_code : 0;
        record->page_fault_address = event.page_fault_address;
    }
    arrive(cpu, event, through_gate(cpu, event, gate, return_eip), block_ticks);
    watched.finish(cpu);
}

/// Classes of exceptions (SDM vol. 3, "Interrupt 8": conditions for a double fault).
enum class Severity : std::uint8_t { benign, contributory, page_fault, double_fault };

Severity severity_of(const Event& event) {
    if (event.source != Event::Source::fault) {
        return Severity::benign;
    }
    switch (static_cast<std::uint8_t>(event.vector)) {
        case 0:
        case 10:
        case 11:
        case 12:
        case 13: return Severity::contributory;
        case 14: return Severity::page_fault;
        case 8: return Severity::double_fault;
        default: return Severity::benign;
    }
}

bool makes_double_fault(Severity first, Severity second) {
    if (first == Severity::page_fault) {
        return second == Severity::contributory || second == Severity::page_fault;
    }
    return first == Severity::contributory && second == Severity::contributory;
}

/// What #DB changes before its handler runs: B0 to B3 tell of this exception, the other bits of DR6
/// stay until software clears them; GD goes, so that the handler may use the registers.
void enter_debug(Cpu& cpu, std::uint32_t causes) {
    cpu.dr6 = (cpu.dr6 & ~dr6::breakpoints) | causes;
    cpu.dr7 &= ~dr7::general_detect;
}

}  // namespace

std::uint32_t eflags_image(const Cpu& cpu, const Event& event) {
    const std::uint32_t now = cpu.eflags();
    if (event.source == Event::Source::fault) {
        return now | flag::rf;
    }
    return event.is_software() || event.source == Event::Source::int1 ? now & ~flag::rf : now;
}

void deliver(Cpu& cpu, const Event& first) {
    if (cpu.pipeline) [[unlikely]] {
        cpu.pipeline->restart();
    }
    Event event = first;
    if (event.vector == Vector::debug &&
        (event.source == Event::Source::fault || event.source == Event::Source::trap)) {
        enter_debug(cpu, event.error_code);
    }
    for (;;) {
        if (event.source == Event::Source::fault && event.vector == Vector::page_fault) {
            cpu.cr2 = event.page_fault_address.value;
            if (cpu.memory) {
                cpu.memory->charge_faulting_walk();
            }
        }
        try {
            take(cpu, event, nullptr, 0);
            return;
        } catch (const Fault& fault) {
            cpu.breakpoints_hit = 0;
            if (cpu.pipeline) {
                cpu.pipeline->take_back();
            }
            const Event second = Event::fault(fault);
            const Severity severity = severity_of(event);
            if (severity == Severity::double_fault) {
                cpu.exit.kind = ExitKind::shutdown;
                return;
            }
            if (makes_double_fault(severity, severity_of(second))) {
                // The address register of a page fault is loaded even when #DF takes its place.
                if (second.vector == Vector::page_fault) {
                    cpu.cr2 = second.page_fault_address.value;
                }
                event = Event::fault({Vector::double_fault, 0, {}});
            } else {
                event = second;
            }
        }
    }
}

void software_interrupt(Cpu& cpu, const Op* op, const Event& event, std::uint64_t block_ticks) {
    take(cpu, event, op, block_ticks);
}

}  // namespace ringside::cpu
