// SPDX-License-Identifier: MIT
#include "cpu/privilege/real_mode.hpp"

#include <array>

#include "cpu/dispatch.hpp"
#include "cpu/privilege/frame.hpp"
#include "cpu/privilege/interrupt_return.hpp"
#include "cpu/privilege/virtual_8086.hpp"
#include "cpu/privilege/watched.hpp"
#include "cpu/run_time_clocks.hpp"
#include "cpu/segments/segmentation.hpp"
#include "cpu/timing/clock_table.hpp"

namespace ringside::cpu {
namespace {

using timing::Path;

/// Present, DPL 0, data that may be written, accessed.
constexpr std::uint32_t real_mode_rights = 0x93;

// The limit and the D bit of CS stay: a program that leaves protected mode is to have made them
// 64 KiB and 0 before (SDM vol. 3, "Switching Back to Real-Address Mode").
void load_code(Cpu& cpu, Selector selector) {
    cpu.segment(SegmentRegister::cs)
        .load_code_paragraph(selector, cpu.real_mode() ? real_mode_rights : virtual_8086_rights);
}

void arrive(Cpu& cpu, const Op* op, Selector selector, std::uint32_t eip, Path path) {
    load_code(cpu, selector);
    cpu.eip = eip;
    cpu.context_changed();
    cpu.clock += op->clocks;
    charge_path(cpu, cpu.clocks.path_cost(path));
}

Fault table_too_small(const Cpu& cpu) {
    // 386 PRM, ch. 14, "Real-Address Mode Exceptions": interrupt 8, "interrupt table limit too
    // small". SDM vol. 2, INT n, has #GP.
    return cpu.model == Model::i386 ? Fault{Vector::double_fault, 0, {}} : Fault::gp(0);
}

}  // namespace

void take_through_table(Cpu& cpu, const Event& event, std::uint32_t return_eip) {
    const std::uint32_t offset = static_cast<std::uint32_t>(event.vector) * 4;
    if (offset + 3 > cpu.idtr.limit) [[unlikely]] {
        throw table_too_small(cpu);
    }
    const auto target = cpu.read_system<std::uint32_t>(cpu.idtr.base + offset);
    Frame frame;
    frame.push(cpu.eflags());
    frame.push(cpu.segment(SegmentRegister::cs).selector.value());
    frame.push(return_eip);
    set_stack_pointer(
        cpu, frame.write(cpu, cpu.segment(SegmentRegister::ss), cpu.registers[GeneralRegister::esp],
                         false, cpu.privilege(), 0));
    load_code(cpu, Selector{static_cast<std::uint16_t>(target >> 16)});
    cpu.eip = target & 0xFFFFU;
    cpu.system_flags &= ~(flag::intf | flag::tf | flag::ac | flag::rf);
    cpu.context_changed();
}

template <typename W>
void jump_paragraph(Cpu& cpu, const Op* op, Selector selector, W offset, bool indirect) {
    check_target(cpu, offset);
    arrive(cpu, op, selector, offset, indirect ? Path::jmp_indirect_real : Path::jmp_real);
}

template <typename W>
void call_paragraph(Cpu& cpu, const Op* op, Selector selector, W offset, bool indirect) {
    Frame frame;
    frame.push(cpu.segment(SegmentRegister::cs).selector.value());
    frame.push(cpu.eip_of(op) + op->length);
    // As in protected mode the pushes come before the look at the limit.
    const std::uint32_t top =
        frame.write(cpu, cpu.segment(SegmentRegister::ss), cpu.registers[GeneralRegister::esp],
                    sizeof(W) == 4, cpu.privilege(), 0);
    check_target(cpu, offset);
    set_stack_pointer(cpu, top);
    arrive(cpu, op, selector, offset, indirect ? Path::call_indirect_real : Path::call_real);
}

template <typename W>
void return_paragraph(Cpu& cpu, const Op* op, std::uint32_t released, bool with_immediate) {
    constexpr auto width = static_cast<std::uint32_t>(sizeof(W));
    std::array<std::uint32_t, 2> frame{};
    read_stack<W>(cpu, 0, frame);
    check_target(cpu, frame[0]);
    release_stack(cpu, 2 * width + released);
    arrive(cpu, op, Selector{static_cast<std::uint16_t>(frame[1])}, frame[0],
           with_immediate ? Path::retf_imm_real : Path::retf_real);
}

template <typename W>
void interrupt_return_paragraph(Cpu& cpu, const Op* op) {
    std::array<std::uint32_t, 3> frame{};
    read_stack<W>(cpu, 0, frame);
    check_target(cpu, frame[0]);
    Watched watched(cpu, TransitionKind::interrupt_return, op);
    release_stack(cpu, 3 * static_cast<std::uint32_t>(sizeof(W)));
    cpu.set_eflags(returned_eflags(cpu, frame[2], static_cast<W>(~W{0})));
    arrive(cpu, op, Selector{static_cast<std::uint16_t>(frame[1])}, frame[0], Path::iret_real);
    watched.finish(cpu);
}

template void jump_paragraph<std::uint16_t>(Cpu&, const Op*, Selector, std::uint16_t, bool);
template void jump_paragraph<std::uint32_t>(Cpu&, const Op*, Selector, std::uint32_t, bool);
template void call_paragraph<std::uint16_t>(Cpu&, const Op*, Selector, std::uint16_t, bool);
template void call_paragraph<std::uint32_t>(Cpu&, const Op*, Selector, std::uint32_t, bool);
template void return_paragraph<std::uint16_t>(Cpu&, const Op*, std::uint32_t, bool);
template void return_paragraph<std::uint32_t>(Cpu&, const Op*, std::uint32_t, bool);
template void interrupt_return_paragraph<std::uint16_t>(Cpu&, const Op*);
template void interrupt_return_paragraph<std::uint32_t>(Cpu&, const Op*);

}  // namespace ringside::cpu
