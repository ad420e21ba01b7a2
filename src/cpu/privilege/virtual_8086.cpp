// SPDX-License-Identifier: MIT
#include "cpu/privilege/virtual_8086.hpp"

#include "cpu/privilege/watched.hpp"
#include "cpu/run_time_clocks.hpp"
#include "cpu/segments/descriptor_table.hpp"
#include "cpu/timing/clock_table.hpp"

namespace ringside::cpu {
namespace {

constexpr std::uint32_t highest_ip = 0xFFFF;

constexpr std::array data_segments{SegmentRegister::gs, SegmentRegister::fs, SegmentRegister::ds,
                                   SegmentRegister::es};

}  // namespace

void load_virtual_8086_segments(Cpu& cpu,
                                const std::array<Selector, segment_registers>& selectors) {
    constexpr Descriptor any{0x0000FFFFU, virtual_8086_rights << 8};
    for (std::size_t i = 0; i < selectors.size(); ++i) {
        const Selector selector = selectors.at(i);
        cpu.segments.at(i).load(selector, any.with_base(std::uint32_t{selector.value()} << 4));
    }
}

void return_to_virtual_8086(Cpu& cpu, const Op* op, const std::array<std::uint32_t, 3>& frame) {
    std::array<std::uint32_t, 6> outer{};  // ESP, SS, ES, DS, FS, GS
    read_stack<std::uint32_t>(cpu, 12, outer);
    const auto selector = [](std::uint32_t value) {
        return Selector{static_cast<std::uint16_t>(value)};
    };
    Watched watched(cpu, TransitionKind::interrupt_return, op);
    load_virtual_8086_segments(cpu, {selector(outer[2]), selector(frame[1]), selector(outer[1]),
                                     selector(outer[3]), selector(outer[4]), selector(outer[5])});
    cpu.eip = frame[0] & highest_ip;  // the upper half does not count, nor fault
    cpu.registers[GeneralRegister::esp] = outer[0];
    cpu.cpl = 3;
    cpu.set_eflags(frame[2] & cpu.known_eflags);
    cpu.context_changed();
    cpu.clock += op->clocks;
    charge_path(cpu, cpu.clocks.path_cost(timing::Path::iret_v86));
    watched.finish(cpu);
}

void check_virtual_8086_handler(Selector selector, Descriptor code, std::uint32_t ext) {
    if (code.conforming() || code.dpl() != 0) {
        throw selector_fault(Vector::general_protection, selector, ext);
    }
}

void push_data_segments(const Cpu& cpu, Frame& frame) {
    for (const SegmentRegister r : data_segments) {
        frame.push(cpu.segment(r).selector.value());
    }
}

void clear_data_segments(Cpu& cpu) {
    for (const SegmentRegister r : data_segments) {
        cpu.segment(r) = Segment::null(Selector{});
    }
}

}  // namespace ringside::cpu
