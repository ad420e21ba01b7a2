// SPDX-License-Identifier: MIT
#include "cpu/privilege/fast_call.hpp"

#include "cpu/context.hpp"
#include "cpu/dispatch.hpp"
#include "cpu/privilege/watched.hpp"
#include "cpu/run_time_clocks.hpp"
#include "cpu/timing/clock_table.hpp"

namespace ringside::cpu {
namespace {

using timing::Path;

// The hidden parts are not read from any table: flat 4 GiB segments, present and accessed, 32-bit
// (SDM vol. 2, SYSENTER). Type 11 is code, 3 data; DPL stands in bits 14 and 13.
void load_flat(Segment& s, std::uint32_t selector, unsigned type, unsigned dpl) {
    const std::uint32_t high = 0x00CF9000U | (dpl << 13) | (type << 8);
    s.load_flat(Selector{static_cast<std::uint16_t>(selector)}, Descriptor{0x0000FFFFU, high});
}

std::uint32_t base_selector(const Cpu& cpu) {
    const std::uint32_t selector = cpu.sysenter_cs & 0xFFFCU;
    if (selector == 0 || cpu.real_mode()) {
        throw Fault::gp(0);
    }
    return selector;
}

void arrive(Cpu& cpu, const Op* op, Path path, unsigned cpl, Watched& watched) {
    cpu.cpl = cpl;
    cpu.enter_context();
    cpu.clock += op->clocks;
    charge_path(cpu, cpu.clocks.path_cost(path));
    watched.finish(cpu);
}

}  // namespace

// TF stays set, so a single-stepped SYSENTER traps at the entry point, in ring 0.
void system_enter(Cpu& cpu, const Op* op) {
    const std::uint32_t selector = base_selector(cpu);
    Watched watched(cpu, TransitionKind::sysenter, op);
    load_flat(cpu.segment(SegmentRegister::cs), selector, 11, 0);
    load_flat(cpu.segment(SegmentRegister::ss), selector + 8, 3, 0);
    cpu.system_flags &= ~(flag::vm | flag::intf);
    cpu.registers[GeneralRegister::esp] = cpu.sysenter_esp;
    cpu.eip = cpu.sysenter_eip;
    arrive(cpu, op, Path::sysenter, 0, watched);
}

void system_exit(Cpu& cpu, const Op* op) {
    const std::uint32_t selector = base_selector(cpu);
    if (cpu.cpl != 0) {
        throw Fault::gp(0);
    }
    Watched watched(cpu, TransitionKind::sysexit, op);
    load_flat(cpu.segment(SegmentRegister::cs), (selector + 16) | 3U, 11, 3);
    load_flat(cpu.segment(SegmentRegister::ss), (selector + 24) | 3U, 3, 3);
    cpu.registers[GeneralRegister::esp] = cpu.registers[GeneralRegister::ecx];
    cpu.eip = cpu.registers[GeneralRegister::edx];
    arrive(cpu, op, Path::sysexit, 3, watched);
}

}  // namespace ringside::cpu
