// SPDX-License-Identifier: MIT
#include "vectors/real_mode_machine.hpp"

#include <fmt/format.h>

#include "cpu/decode/block.hpp"
#include "vectors/compare.hpp"
#include "vectors/cpu_registers.hpp"

namespace ringside::vectors {
namespace {

/// What FFFF:FFFF reaches, in whole pages.
constexpr std::uint32_t memory_size = 0x110000;
constexpr unsigned most_steps = 1U << 17;

/// The hidden part as every load in real mode leaves it: base = 16 * selector, limit 64 KiB.
cpu::Segment real_mode_segment(std::uint16_t selector) {
    constexpr std::uint32_t present_writable_accessed = 0x9300;
    const std::uint32_t base = std::uint32_t{selector} << 4;
    return cpu::Segment::from(
        cpu::Selector{selector},
        {(base << 16) | 0xFFFF, (base >> 16 & 0xFF) | present_writable_accessed});
}

/// A 286 in real mode has no FLAGS bits 12 to 15 (80286 PRM, "Flags"), though its vectors set them.
std::uint32_t loadable_flags(const Container& container, cpu::Model model) {
    constexpr std::uint32_t flags_of_286 = 0x0FFF;
    const std::uint32_t known = cpu::known_eflags(model) & ~cpu::flag::vm;
    return container.cpu == "C286" ? known & flags_of_286 : known;
}

/// CR0, DR6 and DR7 as the file has them: what reads as ones on the recording part does here too.
void enter_real_mode(cpu::Cpu& cpu, const Registers& before) {
    constexpr std::uint32_t protection = cpu::cr0::pe | cpu::cr0::pg;
    const bool has_them = before[Register::cr0] != 0;
    cpu.cr0 = has_them ? before[Register::cr0] & ~protection : cpu::cr0::et;
    cpu.cr3 = before[Register::cr3];
    cpu.dr6 = has_them ? before[Register::dr6] : cpu::dr6::ones;
    cpu.dr7 = has_them ? before[Register::dr7] : cpu::dr7::ones;
    cpu.idtr = {{0}, 0x3FF};
    cpu.cpl = 0;
    reset_execution(cpu);
    cpu.paging_changed();
}

}  // namespace

RealModeMachine::RealModeMachine(const Container& container, cpu::Model model)
    : physical_memory_(memory_size),
      mmu_(physical_memory_),
      cpu_(model, mmu_),
      engine_(cpu_),
      loadable_flags_(loadable_flags(container, model)),
      offset_mask_(container.cpu == "C286" ? 0xFFFFU : 0xFFFFFFFFU),
      memory_(container.path, physical_memory_, {{0, memory_size}}, {}) {
    cpu_.blocks->set_block_limit(1);
    cpu_.observer = this;
}

RealModeMachine::~RealModeMachine() {
    cpu_.observer = nullptr;
}

void RealModeMachine::load(const TestVector& test) {
    cpu_.blocks->flush();
    for (const auto& [r, cpu_register] : general_registers) {
        cpu_.registers[cpu_register] = test.before[r];
    }
    for (const auto& [r, cpu_register] : segment_registers) {
        cpu_.segment(cpu_register) = real_mode_segment(test.before.low(r));
    }
    cpu_.eip = test.before[Register::eip];
    cpu_.set_eflags(test.before[Register::eflags] & loadable_flags_);
    // As FNINIT leaves it: an escape without a coprocessor completes, and so it does here.
    cpu_.fpu.state = {};
    cpu_.fpu.state.control = cpu::fpu::Control::loaded(0x037F);
    delivered_.reset();
    const Outcome expected = expected_outcome(test);
    expected_vector_ = expected.event ? std::optional{expected.vector} : std::nullopt;
    enter_real_mode(cpu_, test.before);
}

/// Only a handler that the file expects begins with HLT; in any other the run ends at once.
void RealModeMachine::transition(const cpu::Transition& transition) {
    if (transition.kind == cpu::TransitionKind::interrupt_return || delivered_) {
        return;
    }
    delivered_ = static_cast<std::uint8_t>(transition.vector);
    if (delivered_ != expected_vector_) {
        cpu_.exit.kind = cpu::ExitKind::debug_stop;
    }
}

void RealModeMachine::run_to_halt(Observation& seen) {
    for (unsigned steps = 0; steps < most_steps; ++steps) {
        const cpu::Exit exit = engine_.run(cpu_.clock + 1, UINT64_MAX);
        switch (exit.kind) {
            case cpu::ExitKind::halted: return;
            case cpu::ExitKind::budget_spent: break;
            case cpu::ExitKind::port_io:
                if (!exit.write) {
                    cpu::complete_in(cpu_, 0xFFFFFFFF);
                }
                break;
            case cpu::ExitKind::debug_stop: return;
            case cpu::ExitKind::none:
            case cpu::ExitKind::shutdown:
                seen.trouble = fmt::format("the CPU came back: {}", exit_name(exit.kind));
                return;
        }
    }
    seen.trouble = fmt::format("no HLT after {} steps", most_steps);
}

Observation RealModeMachine::run(const TestVector& test,
                                 std::vector<MemoryDifference>& differences) {
    Observation seen;
    memory_.place(test);
    load(test);
    run_to_halt(seen);
    for (const auto& [r, cpu_register] : general_registers) {
        seen.registers[r] = cpu_.registers[cpu_register];
    }
    for (const auto& [r, cpu_register] : segment_registers) {
        seen.registers[r] = cpu_.segment(cpu_register).selector.value();
    }
    seen.registers[Register::eip] = cpu_.eip & offset_mask_;
    seen.registers[Register::eflags] = cpu_.eflags();
    if (delivered_) {
        seen.outcome.event = true;
        seen.outcome.vector = *delivered_;
    }
    memory_.compare(test, differences);
    memory_.restore();
    return seen;
}

}  // namespace ringside::vectors
