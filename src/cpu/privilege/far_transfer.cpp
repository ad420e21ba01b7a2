// SPDX-License-Identifier: MIT
#include "cpu/privilege/far_transfer.hpp"

#include <array>

#include "cpu/dispatch.hpp"
#include "cpu/privilege/call_gate.hpp"
#include "cpu/privilege/code_segment.hpp"
#include "cpu/privilege/frame.hpp"
#include "cpu/privilege/real_mode.hpp"
#include "cpu/privilege/task_transfer.hpp"
#include "cpu/privilege/watched.hpp"
#include "cpu/run_time_clocks.hpp"
#include "cpu/segments/segment_load.hpp"
#include "cpu/timing/clock_table.hpp"

namespace ringside::cpu {
namespace {

using timing::Path;

void check_limit(const CheckedSegment& cs, std::uint32_t eip) {
    if (eip > cs.descriptor.limit()) {
        throw Fault::gp(0);
    }
}

void arrive(Cpu& cpu, const Op* op, CheckedSegment cs, std::uint32_t eip, Path path) {
    cs.load_into(cpu.segment(SegmentRegister::cs));
    cpu.eip = eip;
    cpu.context_changed();
    cpu.clock += op->clocks;
    charge_path(cpu, cpu.clocks.path_cost(path));
}

/// A far JMP or CALL whose selector names no segment: what the descriptor is decides.
void through_system_descriptor(Cpu& cpu, const Op* op, const FarTarget& to) {
    switch (to.descriptor.system_type()) {
        case SystemType::call_gate16:
        case SystemType::call_gate32: through_call_gate(cpu, op, to); return;
        case SystemType::task_gate:
        case SystemType::tss16_available:
        case SystemType::tss32_available: transfer_to_task(cpu, op, to); return;
        case SystemType::ldt:
        case SystemType::tss16_busy:
        case SystemType::interrupt_gate16:
        case SystemType::trap_gate16:
        case SystemType::tss32_busy:
        case SystemType::interrupt_gate32:
        case SystemType::trap_gate32: break;
    }
    throw selector_fault(Vector::general_protection, to.selector);
}

}  // namespace

CheckedSegment check_outer_return(Cpu& cpu, const OuterReturn& to, Vector absent_stack) {
    const LoadFaults faults{Vector::general_protection, 0, absent_stack};
    const CheckedSegment ss = stack_segment(cpu, to.ss, to.cs.selector.rpl(), faults);
    check_limit(to.cs, to.eip);
    return ss;
}

void enter_outer_ring(Cpu& cpu, const OuterReturn& to, CheckedSegment ss) {
    to.cs.load_into(cpu.segment(SegmentRegister::cs));
    ss.load_into(cpu.segment(SegmentRegister::ss));
    cpu.eip = to.eip;
    // A 16-bit outer stack gets SP alone: the upper half of the inner ESP shines through.
    set_stack_pointer(cpu, to.esp);
    const unsigned cpl = to.cs.selector.rpl();
    drop_privileged_segments(cpu, cpl);
    cpu.cpl = cpl;
}

template <typename W>
void jump_far(Cpu& cpu, const Op* op, Selector selector, W offset, bool indirect) {
    if (!cpu.protected_mode()) [[unlikely]] {
        return jump_paragraph<W>(cpu, op, selector, offset, indirect);
    }
    TableEntry entry = read_descriptor(cpu, selector, Vector::general_protection);
    if (entry.descriptor.is_system()) [[unlikely]] {
        through_system_descriptor(cpu, op, {selector, entry.descriptor, false, indirect});
        return;
    }
    const CheckedSegment cs = far_code_segment(cpu, entry, selector);
    check_limit(cs, offset);
    arrive(cpu, op, cs, offset, indirect ? Path::jmp_indirect_same : Path::jmp_same);
}

template <typename W>
void call_far(Cpu& cpu, const Op* op, Selector selector, W offset, bool indirect) {
    if (!cpu.protected_mode()) [[unlikely]] {
        return call_paragraph<W>(cpu, op, selector, offset, indirect);
    }
    TableEntry entry = read_descriptor(cpu, selector, Vector::general_protection);
    if (entry.descriptor.is_system()) [[unlikely]] {
        through_system_descriptor(cpu, op, {selector, entry.descriptor, true, indirect});
        return;
    }
    const CheckedSegment cs = far_code_segment(cpu, entry, selector);
    Frame frame;
    frame.push(cpu.segment(SegmentRegister::cs).selector.value());
    frame.push(cpu.eip_of(op) + op->length);
    // The pushes come before the look at the limit: they stay in memory when it faults.
    const std::uint32_t top =
        frame.write(cpu, cpu.segment(SegmentRegister::ss), cpu.registers[GeneralRegister::esp],
                    sizeof(W) == 4, cpu.privilege(), 0);
    check_limit(cs, offset);
    set_stack_pointer(cpu, top);
    arrive(cpu, op, cs, offset, indirect ? Path::call_indirect_same : Path::call_same);
}

template <typename W>
void return_far(Cpu& cpu, const Op* op, std::uint32_t released, bool with_immediate) {
    if (!cpu.protected_mode()) [[unlikely]] {
        return return_paragraph<W>(cpu, op, released, with_immediate);
    }
    constexpr auto width = static_cast<std::uint32_t>(sizeof(W));
    std::array<std::uint32_t, 2> frame{};
    read_stack<W>(cpu, 0, frame);
    const Selector selector{static_cast<std::uint16_t>(frame[1])};
    const CheckedSegment cs = return_code_segment(cpu, selector);
    if (selector.rpl() == cpu.cpl) {
        check_limit(cs, frame[0]);
        release_stack(cpu, 2 * width + released);
        arrive(cpu, op, cs, frame[0], with_immediate ? Path::retf_imm_same : Path::retf_same);
        return;
    }
    std::array<std::uint32_t, 2> outer{};
    read_stack<W>(cpu, 2 * width + released, outer);
    // The parameters are released from both stacks.
    const OuterReturn to{cs, frame[0], Selector{static_cast<std::uint16_t>(outer[1])},
                         outer[0] + released};
    const CheckedSegment ss = check_outer_return(cpu, to, Vector::stack_fault);
    Watched watched(cpu, TransitionKind::far_return, op);
    enter_outer_ring(cpu, to, ss);
    cpu.context_changed();
    const Path path = with_immediate ? Path::retf_imm_outer : Path::retf_outer;
    cpu.clock += op->clocks;
    charge_path(cpu, cpu.clocks.path_cost(path));
    watched.finish(cpu);
}

template void jump_far<std::uint16_t>(Cpu&, const Op*, Selector, std::uint16_t, bool);
template void jump_far<std::uint32_t>(Cpu&, const Op*, Selector, std::uint32_t, bool);
template void call_far<std::uint16_t>(Cpu&, const Op*, Selector, std::uint16_t, bool);
template void call_far<std::uint32_t>(Cpu&, const Op*, Selector, std::uint32_t, bool);
template void return_far<std::uint16_t>(Cpu&, const Op*, std::uint32_t, bool);
template void return_far<std::uint32_t>(Cpu&, const Op*, std::uint32_t, bool);

}  // namespace ringside::cpu
